package jot.bench.kernels;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * A session with a problem of 2-D points in it, some sweeps solved, on which every kernel can be
 * called as often as wanted: none of them leaves it worse than it was. Not thread-safe.
 */
final class KernelFixture implements AutoCloseable {

  private static final long SEED = 20_22;
  private static final int DIMENSIONS = 2;
  private static final double EPSILON = 0.02;
  private static final int SWEEPS = 20;

  /** Below every residual: sweeps go on. */
  private static final double NEVER = -1;

  private final Arena arena = Arena.ofShared();
  private final int n;
  private final DType dtype;
  private final Session session;
  private final Buffer a;
  private final Buffer b;
  private final Buffer one;
  private final Buffer threshold;
  private final Buffer residual;
  private final Buffer sweeps;
  private final Buffer stale;
  private final Buffer active;
  private final Buffer omega;
  private final Buffer columnError;
  private final MatrixSource.Gibbs dense;
  private final MatrixSource.Gibbs points;
  private final MatrixSource.Stored scalingKernel;
  private final MatrixSource.Stored plan;
  private final MatrixSource.Stored gradient;
  private final Buffer factor;
  private final Buffer u;
  private final Buffer v;
  private final Buffer facts;
  private final Buffer rowSums;
  private final Buffer columnSums;
  private final Buffer anchor;
  private final Buffer level;
  private final Buffer share;
  private final Buffer rhs;
  private final Buffer diagonal;
  private final Buffer x;
  private final Buffer y;
  private final Buffer scalar;
  private final Buffer values;
  private final Buffer out;
  private final Buffer rowAnchors;
  private final Buffer columnAnchors;
  private final Buffer f;
  private final Buffer g;
  private final Buffer sink;
  private boolean eliminated;

  /**
   * Opens a session and solves.
   *
   * @param backend reference or vector
   * @param dtype storage of costs, plans and gradients
   */
  KernelFixture(String backend, int threads, int n, DType dtype) {
    this.n = n;
    this.dtype = dtype;
    session = Backends.choose(backend, threads).open(1, n, n);
    a = vector(1.0 / n);
    b = vector(1.0 / n);
    one = scalar(1);
    threshold = scalar(NEVER);
    residual = scalar(0);
    sweeps = scalar(0);
    stale = scalar(0);
    active = scalar(1);
    omega = scalar(1.2);
    columnError = scalar(0);
    rowAnchors = vector(0);
    columnAnchors = vector(0);
    f = vector(0);
    g = vector(0);
    sink = vector(0);
    Random random = new Random(SEED + n);
    Tensor from = drawn(random, DType.F64, n, DIMENSIONS);
    Tensor to = drawn(random, DType.F64, n, DIMENSIONS);
    Buffer epsilon = scalar(EPSILON);
    dense = gibbs(stored(distances(from, to)), epsilon);
    points = gibbs(new MatrixSource.SquaredDistance(transposed(from), transposed(to)), epsilon);
    gradient = stored(drawn(random, dtype, n, n));
    scalingKernel = new MatrixSource.Stored(session.matrix(dtype, n, n));
    plan = new MatrixSource.Stored(session.matrix(dtype, n, n));
    out = session.matrix(dtype, n, n);
    factor = session.matrix(DType.F64, n, n);
    u = vector(1);
    v = vector(1);
    facts = session.vector(Session.Facts.COUNT);
    rowSums = vector(0);
    columnSums = vector(0);
    anchor = vector(0);
    level = vector(0);
    share = vector(0);
    rhs = vector(0);
    diagonal = vector(0);
    x = vector(0);
    y = vector(0);
    scalar = scalar(0);
    values = session.vector(3);
    solve();
  }

  private Buffer vector(double value) {
    Buffer vector = session.vector(n);
    session.fill(vector, value, null);
    return vector;
  }

  private Buffer scalar(double value) {
    Buffer one = session.scalar();
    session.fill(one, value, null);
    return one;
  }

  private Tensor drawn(Random random, DType type, int rows, int columns) {
    Tensor tensor = Tensor.allocate(arena, type, Shape.matrix(rows, columns));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, random.nextDouble());
    }
    return tensor;
  }

  private Tensor distances(Tensor from, Tensor to) {
    Tensor tensor = Tensor.allocate(arena, dtype, Shape.matrix(n, n));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double dx = from.get(i, 0) - to.get(j, 0);
        double dy = from.get(i, 1) - to.get(j, 1);
        tensor.set(i, j, dx * dx + dy * dy);
      }
    }
    return tensor;
  }

  private Buffer transposed(Tensor points) {
    Buffer buffer = session.matrix(DType.F64, DIMENSIONS, n);
    session.writeTransposed(points, buffer);
    return buffer;
  }

  private MatrixSource.Stored stored(Tensor tensor) {
    Buffer slot = session.slot(tensor.dtype(), n, n);
    session.bind(slot, tensor);
    return new MatrixSource.Stored(slot);
  }

  private MatrixSource.Gibbs gibbs(MatrixSource cost, Buffer epsilon) {
    return new MatrixSource.Gibbs(cost, rowAnchors, columnAnchors, epsilon, f, g);
  }

  private void solve() {
    session.columnUpdate(dense, b, null);
    for (int k = 0; k < SWEEPS; k++) {
      call(Kernel.SWEEP);
    }
    session.materialise(dense, scalingKernel.values(), null); // at u = v = 1 the plan itself
    session.materialise(dense, plan.values(), null);
    session.marginals(plan, rowSums, columnSums);
    call(Kernel.RIGHT_HAND_SIDE);
    session.copy(rhs, y, null);
    call(Kernel.ROW_UNKNOWNS);
    session.poll();
  }

  /** Calls a kernel and waits until it has run. */
  void run(Kernel kernel) {
    if (kernel == Kernel.ELIMINATE_SOLVE && !eliminated) {
      call(Kernel.ELIMINATE);
    }
    call(kernel);
    session.poll();
  }

  private void call(Kernel kernel) {
    switch (kernel) {
      case SWEEP -> session.sweep(dense, a, b, threshold, residual, sweeps, active);
      case RELAXED_SWEEP ->
          session.relaxedSweep(
              dense, a, b, omega, columnError, threshold, residual, sweeps, active);
      case POINTS_SWEEP -> session.sweep(points, a, b, threshold, residual, sweeps, active);
      case SCALING_SWEEP ->
          session.scalingSweep(
              scalingKernel, a, b, u, v, threshold, residual, sweeps, stale, active);
      case ROW_UPDATE -> session.rowUpdate(dense, a, null);
      case COLUMN_UPDATE -> session.columnUpdate(dense, b, null);
      case SEMIDUAL -> session.semidual(dense, a, b, sink, scalar, residual, null, null);
      case PLAN -> session.materialise(dense, out, null);
      case VALUES -> session.values(new MatrixSource.LogPlan(dense), values);
      case MARGINALS -> session.marginals(plan, rowSums, columnSums);
      case LAPLACIAN -> session.laplacian(plan, rowSums, anchor, y, sink, null);
      case RIGHT_HAND_SIDE ->
          session.rightHandSide(
              plan, gradient, one, null, null, rowSums, anchor, level, share, rhs, diagonal);
      case ROW_UNKNOWNS -> session.rowUnknowns(plan, rowSums, anchor, share, y, x, null);
      case COST_GRADIENT ->
          session.costGradient(
              new MatrixSource.LogPlan(dense),
              gradient,
              null,
              anchor,
              level,
              x,
              y,
              0,
              out,
              null,
              null,
              scalar,
              null);
      case INSPECT -> session.inspect(dense.cost(), a, b, u, v, facts);
      case ELIMINATE -> {
        session.eliminate(plan, rowSums, columnSums, factor, scalar, null);
        eliminated = true;
      }
      case ELIMINATE_SOLVE -> session.eliminateSolve(factor, rhs, sink, null);
      case DOT -> session.dot(a, b, scalar, null);
      case AXPY -> session.axpy(1e-300, one, one, a, sink, null);
      case XPAY -> session.xpay(a, one, one, sink, null);
      case MULTIPLY -> session.multiply(a, b, sink, null);
    }
  }

  /** Sum of what a kernel writes, to compare backends by. */
  double result(Kernel kernel) {
    return switch (kernel) {
      case SWEEP, RELAXED_SWEEP, POINTS_SWEEP, ROW_UPDATE, COLUMN_UPDATE -> norm(f) + norm(g);
      case SCALING_SWEEP -> norm(u) + norm(v);
      case SEMIDUAL, LAPLACIAN, ELIMINATE_SOLVE, AXPY, XPAY, MULTIPLY -> norm(sink);
      case PLAN, COST_GRADIENT -> norm(out);
      case VALUES -> norm(values);
      case MARGINALS -> norm(rowSums) + norm(columnSums);
      case RIGHT_HAND_SIDE -> norm(rhs) + norm(diagonal);
      case ROW_UNKNOWNS -> norm(x);
      case INSPECT -> norm(facts);
      case ELIMINATE -> norm(factor);
      case DOT -> norm(scalar);
    };
  }

  private double norm(Buffer buffer) {
    Tensor host = Tensor.allocate(arena, DType.F64, Shape.matrix(buffer.rows(), buffer.columns()));
    session.read(buffer, host);
    session.poll();
    double sum = 0;
    for (long k = 0; k < host.shape().elements(); k++) {
      sum += Math.abs(host.getFlat(k));
    }
    return sum;
  }

  /** Frees the session and its memory. */
  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
