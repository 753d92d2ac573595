package jot.bench.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final Buffer foundRows;
  private final Buffer foundColumns;
  private final Buffer pullRows;
  private final Buffer pullColumns;
  private boolean eliminated;

  /** Sweeps have moved the potentials since the plan was stored. */
  private boolean moved;

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
    foundRows = vector(0);
    foundColumns = vector(0);
    pullRows = session.matrix(DType.F64, DIMENSIONS, n);
    pullColumns = session.matrix(DType.F64, DIMENSIONS, n);
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
    // as before every solve: anchors that are known to be zeros are left out of the loops
    session.inspect(dense.cost(), a, b, rowAnchors, columnAnchors, facts);
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
    if (kernel == Kernel.COST_GRADIENT && moved) { // it is told both, as backward passes tell it
      session.materialise(dense, plan.values(), null);
      moved = false;
    }
    call(kernel);
    session.poll();
    moved |= movesPotentials(kernel);
  }

  private static boolean movesPotentials(Kernel kernel) {
    return switch (kernel) {
      case SWEEP, COARSE_SWEEP, POINTS_SWEEP, RELAXED_SWEEP, ROW_UPDATE, COLUMN_UPDATE, SEMIDUAL ->
          true;
      default -> false;
    };
  }

  /** A sweep that knows of such a residual: from 0 it goes on in F64, from 1 in F32. */
  private void sweep(MatrixSource.Gibbs problem, double seen) {
    session.fill(residual, seen, null);
    session.sweep(problem, a, b, threshold, residual, sweeps, active);
  }

  private void call(Kernel kernel) {
    switch (kernel) {
      case SWEEP -> sweep(dense, 0);
      case COARSE_SWEEP -> sweep(dense, 1);
      case POINTS_SWEEP -> sweep(points, 0);
      case RELAXED_SWEEP -> {
        session.fill(residual, 0, null);
        session.relaxedSweep(dense, a, b, omega, columnError, threshold, residual, sweeps, active);
      }
      case SCALING_SWEEP ->
          session.scalingSweep(
              scalingKernel, a, b, u, v, threshold, residual, sweeps, stale, active);
      case RELAXED_SCALING_SWEEP ->
          session.relaxedScalingSweep(
              scalingKernel,
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
              active);
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
              plan,
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
      case POINTS_GRADIENT ->
          session.costGradient(
              new MatrixSource.LogPlan(points),
              points,
              gradient,
              null,
              anchor,
              level,
              x,
              y,
              0,
              null,
              pullRows,
              pullColumns,
              scalar,
              null);
      case INSPECT -> session.inspect(dense.cost(), a, b, foundRows, foundColumns, facts);
      case TRANSPOSE -> session.transpose(plan.values(), out, null);
      case COUNT_ABOVE -> session.countAbove(plan, 1.0 / n / n, sink);
      case ELIMINATE -> {
        session.eliminate(plan, rowSums, columnSums, factor, scalar, null);
        eliminated = true;
      }
      case ELIMINATE_SOLVE -> session.eliminateSolve(factor, rhs, sink, null);
      case COPY -> session.copy(f, sink, null);
      case MAX_ABS -> session.maxAbs(f, scalar, null);
      case DOT -> session.dot(f, g, scalar, null);
      case AXPY -> session.axpy(1e-3, one, one, f, sink, null);
      case XPAY -> session.xpay(f, one, one, sink, null);
      case MULTIPLY -> session.multiply(f, g, sink, null);
    }
  }

  /**
   * Takes over the vectors that another fixture of this size and storage works on, and with {@code
   * matrices} its kernel and plan: kernels then differ by nothing but their own rounding.
   */
  void take(KernelFixture other, boolean matrices) {
    moved = !matrices || other.moved;
    List<Buffer> from = other.state(matrices);
    List<Buffer> to = state(matrices);
    try (Arena shared = Arena.ofShared()) {
      for (int k = 0; k < to.size(); k++) {
        Buffer buffer = to.get(k);
        Tensor host =
            Tensor.allocate(shared, buffer.dtype(), Shape.matrix(buffer.rows(), buffer.columns()));
        other.session.read(from.get(k), host);
        other.session.poll();
        session.write(host, buffer);
      }
      session.poll();
    }
  }

  private List<Buffer> state(boolean matrices) {
    List<Buffer> state = new ArrayList<>();
    state.addAll(List.of(f, g, u, v, sink, columnError, rowSums, columnSums));
    state.addAll(List.of(anchor, level, share, rhs, diagonal, x, y));
    if (matrices) {
      state.addAll(List.of(scalingKernel.values(), plan.values()));
    }
    return state;
  }

  /** What a kernel has written, buffer by buffer, to compare backends by. */
  List<double[]> numbers(Kernel kernel) {
    return switch (kernel) {
      case SWEEP, COARSE_SWEEP, RELAXED_SWEEP, POINTS_SWEEP -> read(f, g, residual);
      case ROW_UPDATE, COLUMN_UPDATE -> read(f, g);
      case SCALING_SWEEP, RELAXED_SCALING_SWEEP -> read(u, v, residual);
      case SEMIDUAL -> read(f, sink, scalar, residual);
      case LAPLACIAN, ELIMINATE_SOLVE, COUNT_ABOVE, COPY, AXPY, XPAY, MULTIPLY -> read(sink);
      case PLAN, TRANSPOSE -> read(out);
      case COST_GRADIENT -> read(out, scalar);
      case POINTS_GRADIENT -> read(pullRows, pullColumns, scalar);
      case VALUES -> read(values);
      case MARGINALS -> read(rowSums, columnSums);
      case RIGHT_HAND_SIDE -> read(anchor, level, share, rhs, diagonal);
      case ROW_UNKNOWNS -> read(x);
      case INSPECT -> read(facts, foundRows, foundColumns);
      case ELIMINATE -> List.of(upper(read(factor).getFirst()));
      case DOT, MAX_ABS -> read(scalar);
    };
  }

  /** With zeros below the diagonal: what lies there is of no use, and each backend's own. */
  private double[] upper(double[] square) {
    for (int j = 0; j < n; j++) {
      Arrays.fill(square, j * n, j * n + j, 0);
    }
    return square;
  }

  private List<double[]> read(Buffer... buffers) {
    List<double[]> all = new ArrayList<>();
    try (Arena shared = Arena.ofShared()) {
      for (Buffer buffer : buffers) {
        Tensor host =
            Tensor.allocate(shared, DType.F64, Shape.matrix(buffer.rows(), buffer.columns()));
        session.read(buffer, host);
        session.poll();
        all.add(host.toArray());
      }
    }
    return all;
  }

  /** Frees the session and its memory. */
  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
