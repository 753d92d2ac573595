package jot.asynchronous;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A session that does nothing until it is polled, like a device that is far behind: operations wait
 * in a queue, what the host will read is NaN until then, and what the host lent is looked at only
 * then. An algorithm that reads a scalar too early, or changes memory in flight, fails every test
 * it has.
 */
final class AsynchronousSession implements Session {
  private final Session delegate;
  private final ArrayDeque<Runnable> queue;
  private final Map<Buffer, Tensor> bound;
  private @Nullable AsynchronousSession twin;

  AsynchronousSession(Session delegate) {
    this(delegate, new ArrayDeque<>(), new IdentityHashMap<>());
  }

  private AsynchronousSession(
      Session delegate, ArrayDeque<Runnable> queue, Map<Buffer, Tensor> bound) {
    this.delegate = delegate;
    this.queue = queue;
    this.bound = bound;
  }

  /** Memory that an operation will write must not be read before the poll. */
  private void poison(@Nullable Buffer buffer) {
    Tensor memory = buffer == null ? null : bound.get(buffer);
    if (memory != null) {
      memory.fill(Double.NaN);
    }
  }

  @Override
  public int batch() {
    return delegate.batch();
  }

  @Override
  public int rows() {
    return delegate.rows();
  }

  @Override
  public int columns() {
    return delegate.columns();
  }

  @Override
  public Session transposed() {
    if (twin == null) {
      twin = new AsynchronousSession(delegate.transposed(), queue, bound);
    }
    return twin;
  }

  @Override
  public Buffer vector(int length) {
    return delegate.vector(length);
  }

  @Override
  public Buffer matrix(DType dtype, int rows, int columns) {
    return delegate.matrix(dtype, rows, columns);
  }

  @Override
  public Buffer slot(DType dtype, int rows, int columns) {
    return delegate.slot(dtype, rows, columns);
  }

  @Override
  public void bind(Buffer slot, Tensor memory) {
    bound.put(slot, memory);
    queue.add(() -> delegate.bind(slot, memory));
  }

  @Override
  public void read(Buffer source, Tensor destination) {
    destination.fill(Double.NaN);
    queue.add(() -> delegate.read(source, destination));
  }

  @Override
  public void readTransposed(Buffer source, Tensor destination) {
    destination.fill(Double.NaN);
    queue.add(() -> delegate.readTransposed(source, destination));
  }

  @Override
  public void poll() {
    try {
      for (Runnable operation = queue.poll(); operation != null; operation = queue.poll()) {
        operation.run();
      }
    } finally {
      queue.clear();
    }
    delegate.poll();
  }

  @Override
  public void close() {
    queue.clear();
    delegate.close();
  }

  @Override
  public void write(Tensor source, Buffer destination) {
    queue.add(() -> delegate.write(source, destination));
  }

  @Override
  public void writeTransposed(Tensor source, Buffer destination) {
    queue.add(() -> delegate.writeTransposed(source, destination));
  }

  @Override
  public void fill(Buffer x, double value, @Nullable Buffer active) {
    queue.add(() -> delegate.fill(x, value, active));
  }

  @Override
  public void copy(Buffer from, Buffer to, @Nullable Buffer active) {
    poison(to);
    queue.add(() -> delegate.copy(from, to, active));
  }

  @Override
  public void multiply(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    queue.add(() -> delegate.multiply(x, y, out, active));
  }

  @Override
  public void reciprocal(Buffer x, Buffer out, @Nullable Buffer active) {
    queue.add(() -> delegate.reciprocal(x, out, active));
  }

  @Override
  public void dot(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    queue.add(() -> delegate.dot(x, y, out, active));
  }

  @Override
  public void axpy(double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer active) {
    queue.add(() -> delegate.axpy(s, p, q, x, y, active));
  }

  @Override
  public void xpay(Buffer x, Buffer p, Buffer q, Buffer y, @Nullable Buffer active) {
    queue.add(() -> delegate.xpay(x, p, q, y, active));
  }

  @Override
  public void keepAbove(Buffer value, double factor, Buffer reference, Buffer active) {
    queue.add(() -> delegate.keepAbove(value, factor, reference, active));
  }

  @Override
  public void center(Buffer x, Buffer weight, Buffer mean) {
    queue.add(() -> delegate.center(x, weight, mean));
  }

  @Override
  public void inspect(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer facts) {
    queue.add(() -> delegate.inspect(cost, a, b, rowAnchor, columnAnchor, facts));
  }

  @Override
  public void findNonFinite(Buffer matrix, Buffer found) {
    queue.add(() -> delegate.findNonFinite(matrix, found));
  }

  @Override
  public void rowUpdate(MatrixSource.Gibbs plan, Buffer a, @Nullable Buffer active) {
    queue.add(() -> delegate.rowUpdate(plan, a, active));
  }

  @Override
  public void columnUpdate(MatrixSource.Gibbs plan, Buffer b, @Nullable Buffer active) {
    queue.add(() -> delegate.columnUpdate(plan, b, active));
  }

  @Override
  public void sweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    queue.add(() -> delegate.sweep(plan, a, b, threshold, residual, sweeps, active));
  }

  @Override
  public void relaxedSweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    queue.add(
        () ->
            delegate.relaxedSweep(
                plan, a, b, omega, columnError, threshold, residual, sweeps, active));
  }

  @Override
  public void startScaling(
      MatrixSource.Gibbs plan,
      Buffer b,
      MatrixSource.Stored kernel,
      Buffer v,
      @Nullable Buffer active) {
    queue.add(() -> delegate.startScaling(plan, b, kernel, v, active));
  }

  @Override
  public void scalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    queue.add(
        () ->
            delegate.scalingSweep(kernel, a, b, u, v, threshold, residual, sweeps, stale, active));
  }

  @Override
  public void relaxedScalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    queue.add(
        () ->
            delegate.relaxedScalingSweep(
                kernel,
                a,
                b,
                u,
                v,
                omega,
                columnError,
                threshold,
                residual,
                sweeps,
                stale,
                active));
  }

  @Override
  public void absorb(
      Buffer u, Buffer v, Buffer epsilon, Buffer f, Buffer g, @Nullable Buffer active) {
    queue.add(() -> delegate.absorb(u, v, epsilon, f, g, active));
  }

  @Override
  public void materialise(MatrixSource source, Buffer out, @Nullable Buffer active) {
    poison(out);
    queue.add(() -> delegate.materialise(source, out, active));
  }

  @Override
  public void transpose(Buffer from, Buffer to, @Nullable Buffer active) {
    poison(to);
    queue.add(() -> delegate.transpose(from, to, active));
  }

  @Override
  public void values(MatrixSource.LogPlan log, Buffer values) {
    queue.add(() -> delegate.values(log, values));
  }

  @Override
  public void marginals(MatrixSource plan, Buffer rowSums, Buffer columnSums) {
    queue.add(() -> delegate.marginals(plan, rowSums, columnSums));
  }

  @Override
  public void rightHandSide(
      MatrixSource plan,
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      Buffer rowSums,
      Buffer anchor,
      Buffer level,
      Buffer share,
      Buffer rhs,
      Buffer diagonal) {
    queue.add(
        () ->
            delegate.rightHandSide(
                plan,
                g,
                epsilon,
                rowCotangent,
                columnCotangent,
                rowSums,
                anchor,
                level,
                share,
                rhs,
                diagonal));
  }

  @Override
  public void laplacian(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer v,
      Buffer out,
      @Nullable Buffer active) {
    queue.add(() -> delegate.laplacian(plan, rowSums, anchor, v, out, active));
  }

  @Override
  public void eliminate(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer factor,
      Buffer components,
      @Nullable Buffer active) {
    queue.add(() -> delegate.eliminate(plan, rowSums, columnSums, factor, components, active));
  }

  @Override
  public void eliminateSolve(Buffer factor, Buffer rhs, Buffer y, @Nullable Buffer active) {
    queue.add(() -> delegate.eliminateSolve(factor, rhs, y, active));
  }

  @Override
  public void rowUnknowns(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer share,
      Buffer y,
      Buffer x,
      @Nullable Buffer active) {
    queue.add(() -> delegate.rowUnknowns(plan, rowSums, anchor, share, y, x, active));
  }

  @Override
  public void costGradient(
      MatrixSource.LogPlan log,
      MatrixSource plan,
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      Buffer anchor,
      Buffer level,
      Buffer x,
      Buffer y,
      double addPlan,
      @Nullable Buffer out,
      @Nullable Buffer pointsX,
      @Nullable Buffer pointsY,
      Buffer epsilonDerivative,
      @Nullable Buffer active) {
    poison(out);
    queue.add(
        () ->
            delegate.costGradient(
                log,
                plan,
                g,
                rowCotangent,
                anchor,
                level,
                x,
                y,
                addPlan,
                out,
                pointsX,
                pointsY,
                epsilonDerivative,
                active));
  }

  @Override
  public void oneSided(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y) {
    queue.add(() -> delegate.oneSided(plan, g, a, b, x, y));
  }

  @Override
  public void adjointSweep(
      MatrixSource.LogPlan log,
      Buffer w,
      Buffer z,
      Buffer costGradient,
      Buffer rowSum,
      Buffer columnSum,
      Buffer epsilonDerivative) {
    queue.add(
        () -> delegate.adjointSweep(log, w, z, costGradient, rowSum, columnSum, epsilonDerivative));
  }

  @Override
  public void maxAbs(Buffer x, Buffer out, @Nullable Buffer active) {
    queue.add(() -> delegate.maxAbs(x, out, active));
  }

  @Override
  public void semidual(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer columnSums,
      Buffer value,
      Buffer residual,
      @Nullable Buffer stored,
      @Nullable Buffer active) {
    queue.add(() -> delegate.semidual(plan, a, b, columnSums, value, residual, stored, active));
  }

  @Override
  public void scaleColumns(
      MatrixSource.Gibbs plan, Buffer b, Buffer columnSums, @Nullable Buffer active) {
    queue.add(() -> delegate.scaleColumns(plan, b, columnSums, active));
  }

  @Override
  public void countAbove(MatrixSource source, double threshold, Buffer rowCounts) {
    queue.add(() -> delegate.countAbove(source, threshold, rowCounts));
  }

  @Override
  public void collectAbove(
      MatrixSource source, double threshold, Buffer rowCounts, Buffer columns, Buffer values) {
    queue.add(() -> delegate.collectAbove(source, threshold, rowCounts, columns, values));
  }

  @Override
  public void sensitivity(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer rowSums,
      Buffer columnSums) {
    queue.add(
        () -> delegate.sensitivity(plan, g, x, y, rowChange, columnChange, rowSums, columnSums));
  }

  @Override
  public void sensitivityNorm(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer s,
      Buffer t,
      Buffer norm) {
    queue.add(() -> delegate.sensitivityNorm(plan, g, x, y, rowChange, columnChange, s, t, norm));
  }

  @Override
  public @Nullable PlanGraph planGraph() {
    PlanGraph own = delegate.planGraph();
    return own == null ? null : new AsynchronousGraph(own, queue);
  }

  @Override
  public @Nullable CoarseSpace coarseSpace() {
    CoarseSpace own = delegate.coarseSpace();
    return own == null ? null : new AsynchronousCoarseSpace(own, queue);
  }
}
