package jot.spi.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Session} on the CPU: operations run where they are issued, cut into problems and row
 * blocks that the threads of a pool share. Memory that only the caller's thread may touch (a
 * confined arena) keeps all work on that thread.
 */
final class HostSession implements Session, WorkerPool.Task {
  /** Entries below which waking another thread costs more than it brings: about 30 µs of work. */
  private static final long MIN_PARALLEL = 1 << 15;

  /** Entries that a thread takes at a time: what it costs to ask for more is then small. */
  private static final long MIN_TICKET = 1 << 13;

  private final RowKernels kernels;
  private final WorkerPool pool;
  private final int batch;
  private final int rows;
  private final int columns;
  private final int blocks;
  private final Arena arena;
  private final boolean ownsArena;
  private final Worker[] workers;
  private final VectorOps vectors;
  private final Transfers transfers;
  private final Ops ops;
  private final java.util.ArrayList<HostBuffer> confined = new java.util.ArrayList<>();
  private @Nullable HostSession transposed;
  private boolean closed;

  // the running phase, as WorkerPool sees it
  private @Nullable HostOp op;
  private int phase;
  private @Nullable HostBuffer active;

  HostSession(RowKernels kernels, WorkerPool pool, Shape shape, Arena arena, boolean ownsArena) {
    this.kernels = kernels;
    this.pool = pool;
    batch = shape.batch();
    rows = shape.rows();
    columns = shape.cols();
    this.arena = arena;
    this.ownsArena = ownsArena;
    blocks = Blocks.count(rows, columns);
    workers = new Worker[pool.threads()];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(kernels, columns, arena);
    }
    vectors = new VectorOps(kernels, batch);
    transfers = new Transfers(kernels);
    ops = new Ops(this);
  }

  RowKernels kernels() {
    return kernels;
  }

  int blocks() {
    return blocks;
  }

  int first(int block) {
    return Blocks.first(block, blocks, rows);
  }

  int end(int block) {
    return Blocks.first(block + 1, blocks, rows);
  }

  /** First column of a block's share where a phase works on columns. */
  int firstColumn(int block) {
    return Blocks.first(block, blocks, columns);
  }

  int endColumn(int block) {
    return Blocks.first(block + 1, blocks, columns);
  }

  ColumnLse columnLse() {
    return ops.columnLse();
  }

  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, 64);
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public Session transposed() {
    HostSession other = transposed;
    if (other == null) {
      other = new HostSession(kernels, pool, new Shape(batch, columns, rows), arena, false);
      transposed = other;
    }
    return other;
  }

  @Override
  public PlanGraph planGraph() {
    return new HostPlanGraph(this);
  }

  @Override
  public CoarseSpace coarseSpace() {
    return new HostCoarseSpace(this);
  }

  /** What the thread that calls may read rows with, between operations. */
  RowReader callersReader() {
    return workers[0].plan;
  }

  // ---- memory ----

  @Override
  public Buffer vector(int length) {
    return matrix(DType.F64, 1, length);
  }

  @Override
  public Buffer matrix(DType dtype, int matrixRows, int matrixColumns) {
    Shape shape = new Shape(batch, matrixRows, matrixColumns);
    long bytes = Math.multiplyExact(shape.elements(), dtype.bytes());
    return new HostBuffer(dtype, matrixRows, matrixColumns, allocate(bytes));
  }

  @Override
  public Buffer slot(DType dtype, int matrixRows, int matrixColumns) {
    return new HostBuffer(dtype, matrixRows, matrixColumns, MemorySegment.NULL);
  }

  @Override
  public void bind(Buffer slot, Tensor memory) {
    HostBuffer buffer = HostBuffer.of(slot);
    if (memory.dtype() != buffer.dtype() || memory.shape().elements() != buffer.size() * batch) {
      throw new IllegalArgumentException(
          "memory: expected "
              + buffer.dtype()
              + " "
              + new Shape(batch, buffer.rows(), buffer.columns())
              + ", received "
              + memory.dtype()
              + " "
              + memory.shape());
    }
    buffer.segment = memory.segment();
    Thread helper = pool.helperThread();
    boolean own = helper != null && !memory.segment().isAccessibleBy(helper);
    if (own && !confined.contains(buffer)) {
      confined.add(buffer);
    } else if (!own) {
      confined.remove(buffer);
    }
  }

  @Override
  public void write(Tensor source, Buffer destination) {
    transfers.write(source, HostBuffer.of(destination), batch);
  }

  @Override
  public void writeTransposed(Tensor source, Buffer destination) {
    Transfers.writeTransposed(source, HostBuffer.of(destination), batch);
  }

  @Override
  public void read(Buffer source, Tensor destination) {
    transfers.read(HostBuffer.of(source), destination, batch);
  }

  @Override
  public void readTransposed(Buffer source, Tensor destination) {
    Transfers.readTransposed(HostBuffer.of(source), destination, batch);
  }

  @Override
  public void poll() {
    // everything has run where it was issued
  }

  @Override
  public void close() {
    if (ownsArena && !closed) {
      closed = true;
      arena.close();
    }
  }

  // ---- running an operation ----

  void run(HostOp operation, @Nullable Buffer mask) {
    active = mask == null ? null : HostBuffer.of(mask);
    if (active != null && noneActive(active)) {
      return;
    }
    op = operation;
    boolean alone = (long) rows * columns * batch < MIN_PARALLEL || !confined.isEmpty();
    for (phase = 0; phase < operation.phases(); phase++) {
      int units = operation.byBlocks(phase) ? batch * blocks : batch;
      if (alone) {
        for (int unit = 0; unit < units; unit++) {
          run(unit, 0);
        }
      } else {
        long entries = (long) rows * columns * batch / units + 1;
        pool.run(this, units, (int) (1 + MIN_TICKET / entries));
      }
    }
    op = null;
  }

  private boolean noneActive(HostBuffer mask) {
    for (int problem = 0; problem < batch; problem++) {
      if (mask.get(problem, 0) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void run(int unit, int worker) {
    HostOp operation = op;
    if (operation == null) {
      return;
    }
    boolean byBlocks = operation.byBlocks(phase);
    int problem = byBlocks ? unit / blocks : unit;
    if (active != null && active.get(problem, 0) == 0) {
      return;
    }
    int block = byBlocks ? unit % blocks : 0;
    int first = byBlocks ? first(block) : 0;
    int end = byBlocks ? end(block) : rows;
    operation.run(phase, problem, block, first, end, workers[worker]);
  }

  // ---- vectors ----

  @Override
  public void fill(Buffer x, double value, @Nullable Buffer mask) {
    vectors.fill(HostBuffer.of(x), value, mask);
  }

  @Override
  public void copy(Buffer from, Buffer to, @Nullable Buffer mask) {
    vectors.copy(HostBuffer.of(from), HostBuffer.of(to), mask);
  }

  @Override
  public void multiply(Buffer x, Buffer y, Buffer out, @Nullable Buffer mask) {
    vectors.multiply(HostBuffer.of(x), HostBuffer.of(y), HostBuffer.of(out), mask);
  }

  @Override
  public void reciprocal(Buffer x, Buffer out, @Nullable Buffer mask) {
    vectors.reciprocal(HostBuffer.of(x), HostBuffer.of(out), mask);
  }

  @Override
  public void dot(Buffer x, Buffer y, Buffer out, @Nullable Buffer mask) {
    vectors.dot(HostBuffer.of(x), HostBuffer.of(y), HostBuffer.of(out), mask);
  }

  @Override
  public void axpy(double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer mask) {
    vectors.axpy(s, p, q, HostBuffer.of(x), HostBuffer.of(y), mask);
  }

  @Override
  public void xpay(Buffer x, Buffer p, Buffer q, Buffer y, @Nullable Buffer mask) {
    vectors.xpay(HostBuffer.of(x), p, q, HostBuffer.of(y), mask);
  }

  @Override
  public void keepAbove(Buffer value, double factor, Buffer reference, Buffer mask) {
    vectors.keepAbove(HostBuffer.of(value), factor, HostBuffer.of(reference), HostBuffer.of(mask));
  }

  @Override
  public void maxAbs(Buffer x, Buffer out, @Nullable Buffer mask) {
    vectors.maxAbs(HostBuffer.of(x), HostBuffer.of(out), mask);
  }

  @Override
  public void center(Buffer x, Buffer weight, Buffer mean) {
    vectors.center(HostBuffer.of(x), HostBuffer.of(weight), HostBuffer.of(mean));
  }

  // ---- the cost ----

  @Override
  public void inspect(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer facts) {
    run(ops.inspect().with(cost, a, b, rowAnchor, columnAnchor, facts), null);
  }

  @Override
  public void findNonFinite(Buffer matrix, Buffer found) {
    HostBuffer values = HostBuffer.of(matrix);
    HostBuffer out = HostBuffer.of(found);
    for (int problem = 0; problem < batch; problem++) {
      out.set(problem, 0, ops.scan().firstNonFinite(values, problem));
    }
  }

  // ---- Sinkhorn ----

  @Override
  public void rowUpdate(MatrixSource.Gibbs plan, Buffer a, @Nullable Buffer mask) {
    run(ops.rowUpdate().with(plan, a), mask);
  }

  @Override
  public void columnUpdate(MatrixSource.Gibbs plan, Buffer b, @Nullable Buffer mask) {
    run(ops.columnUpdate().with(plan, b), mask);
  }

  @Override
  public void sweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer mask) {
    run(ops.sweep().with(plan, a, b, threshold, residual, sweeps, mask), mask);
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
      Buffer mask) {
    run(
        ops.sweep().with(plan, a, b, threshold, residual, sweeps, mask).relaxed(omega, columnError),
        mask);
  }

  @Override
  public void startScaling(
      MatrixSource.Gibbs plan,
      Buffer b,
      MatrixSource.Stored kernel,
      Buffer v,
      @Nullable Buffer mask) {
    run(ops.scalingStart().with(plan, b, kernel, v), mask);
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
      Buffer mask) {
    run(
        ops.scalingSweep().with(kernel, a, b, u, v, threshold, residual, sweeps, stale, mask),
        mask);
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
      Buffer mask) {
    run(
        ops.scalingSweep()
            .with(kernel, a, b, u, v, threshold, residual, sweeps, stale, mask)
            .relaxed(omega, columnError),
        mask);
  }

  @Override
  public void absorb(
      Buffer u, Buffer v, Buffer epsilon, Buffer f, Buffer g, @Nullable Buffer mask) {
    HostBuffer eps = HostBuffer.of(epsilon);
    vectors.absorb(HostBuffer.of(u), eps, HostBuffer.of(f), mask);
    vectors.absorb(HostBuffer.of(v), eps, HostBuffer.of(g), mask);
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
      @Nullable Buffer mask) {
    run(ops.semidual().with(plan, a, b).to(columnSums, value, residual, stored), mask);
  }

  @Override
  public void scaleColumns(
      MatrixSource.Gibbs plan, Buffer b, Buffer columnSums, @Nullable Buffer mask) {
    vectors.scaleColumns(plan, HostBuffer.of(b), HostBuffer.of(columnSums), mask);
  }

  @Override
  public void materialise(MatrixSource source, Buffer out, @Nullable Buffer mask) {
    run(ops.materialise().with(source, out), mask);
  }

  @Override
  public void materialise(
      MatrixSource.Gibbs plan, MatrixSource.Stored out, Buffer rowSums, Buffer columnSums) {
    run(ops.materialise().with(plan, out.values()).andSums(rowSums, columnSums), null);
  }

  @Override
  public void transpose(Buffer from, Buffer to, @Nullable Buffer mask) {
    for (int problem = 0; problem < batch; problem++) {
      if (mask == null || HostBuffer.of(mask).get(problem, 0) != 0) {
        Transfers.transpose(HostBuffer.of(from), HostBuffer.of(to), problem);
      }
    }
  }

  @Override
  public void countAbove(MatrixSource source, double threshold, Buffer rowCounts) {
    run(ops.above().count(source, threshold, rowCounts), null);
  }

  @Override
  public void collectAbove(
      MatrixSource source, double threshold, Buffer rowCounts, Buffer found, Buffer values) {
    run(ops.above().collect(source, threshold, rowCounts, found, values), null);
  }

  @Override
  public void values(MatrixSource.LogPlan log, Buffer values) {
    run(ops.values().with(log, values), null);
  }

  @Override
  public void marginals(MatrixSource plan, Buffer rowSums, Buffer columnSums) {
    run(ops.marginals().with(plan, rowSums, columnSums), null);
  }

  // ---- the marginal system ----

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
    run(
        ops.rightHandSide()
            .with(plan, g, epsilon, rowCotangent, columnCotangent, rowSums)
            .to(anchor, level, share, rhs, diagonal),
        null);
  }

  @Override
  public void laplacian(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer v,
      Buffer out,
      @Nullable Buffer mask) {
    run(ops.laplacian().with(plan, rowSums, anchor, v, out), mask);
  }

  @Override
  public void eliminate(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer factor,
      Buffer components,
      @Nullable Buffer mask) {
    run(ops.eliminate().with(plan, rowSums, columnSums, factor, components), mask);
  }

  @Override
  public void eliminateSolve(Buffer factor, Buffer rhs, Buffer y, @Nullable Buffer mask) {
    run(ops.eliminateSolve().with(factor, rhs, y), mask);
  }

  @Override
  public void rowUnknowns(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer share,
      Buffer y,
      Buffer x,
      @Nullable Buffer mask) {
    run(ops.rowUnknowns().with(plan, rowSums, anchor, share, y, x), mask);
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
      @Nullable Buffer mask) {
    run(
        ops.costGradient()
            .with(log, plan, g, rowCotangent, anchor, level, x, y, addPlan)
            .to(out, pointsX, pointsY, epsilonDerivative),
        mask);
  }

  @Override
  public void oneSided(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y) {
    run(ops.oneSided().with(plan, g, a, b, x, y), null);
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
    run(
        ops.sensitivity().with(plan, g, x, y, rowChange, columnChange).toSums(rowSums, columnSums),
        null);
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
    run(ops.sensitivity().with(plan, g, x, y, rowChange, columnChange).toNorm(s, t, norm), null);
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
    run(
        ops.adjointSweep().with(log, w, z).to(costGradient, rowSum, columnSum, epsilonDerivative),
        null);
  }
}
