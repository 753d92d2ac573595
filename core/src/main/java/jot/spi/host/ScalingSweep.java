package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#scalingSweep}: no exp, one read of the kernel for rows and columns. */
final class ScalingSweep extends HostOp {
  /**
   * Scalings leave [1/LIMIT, LIMIT] into the potentials; entries of K that vanish then stay small.
   */
  private static final double LIMIT = 1e40;

  private final Partials sums;
  private final Partials errors;
  private final HostBuffer next;
  private MatrixSource kernel;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer u;
  private HostBuffer v;
  private HostBuffer threshold;
  private HostBuffer residual;
  private HostBuffer sweeps;
  private HostBuffer stale;
  private HostBuffer active;

  @SuppressWarnings("NullAway.Init")
  ScalingSweep(HostSession session) {
    super(session);
    sums = new Partials(session, n);
    errors = new Partials(session, 2);
    next = HostBuffer.of(session.vector(m));
  }

  ScalingSweep with(
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
    this.kernel = kernel;
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    this.u = HostBuffer.of(u);
    this.v = HostBuffer.of(v);
    this.threshold = HostBuffer.of(threshold);
    this.residual = HostBuffer.of(residual);
    this.sweeps = HostBuffer.of(sweeps);
    this.stale = HostBuffer.of(stale);
    this.active = HostBuffer.of(active);
    return this;
  }

  @Override
  int phases() {
    return 2;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase == 0;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    if (phase == 0) {
      rows(problem, block, first, end, worker);
    } else {
      columns(problem);
    }
  }

  private static boolean safe(double scaling) {
    return scaling > 1 / LIMIT && scaling < LIMIT;
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    RowReader row = worker.plan;
    double error = 0;
    double unsafe = 0;
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      double mass = a.get(problem, i);
      double scaling = 1;
      if (mass > 0) {
        row.read(kernel, problem, i);
        double sum = kernels.dot(row.segment, row.at, v.segment, v.at(problem), n);
        error += Math.abs(u.get(problem, i) * sum - mass);
        scaling = mass / sum;
        if (safe(scaling)) {
          kernels.axpy(scaling, row.segment, row.at, sums.segment, sums.at(problem, block), n);
        } else {
          unsafe = 1;
        }
      }
      next.set(problem, i, scaling);
    }
    errors.set(problem, block, 0, error);
    errors.set(problem, block, 1, unsafe);
  }

  private void columns(int problem) {
    double error = errors.sum(problem, 0);
    residual.set(problem, 0, error);
    stale.set(problem, 0, 0);
    if (error <= threshold.get(problem, 0)) {
      active.set(problem, 0, 0);
      return;
    }
    boolean safe = errors.sum(problem, 1) == 0;
    sums.combine(problem);
    for (int j = 0; j < n && safe; j++) {
      double mass = b.get(problem, j);
      double scaling = mass > 0 ? mass / sums.total(problem, j) : 1;
      sums.set(problem, 0, j, scaling);
      safe = safe(scaling);
    }
    if (!safe) {
      stale.set(problem, 0, 1);
      return;
    }
    for (int j = 0; j < n; j++) {
      v.set(problem, j, sums.total(problem, j));
    }
    for (int i = 0; i < m; i++) {
      u.set(problem, i, next.get(problem, i));
    }
    sweeps.set(problem, 0, sweeps.get(problem, 0) + 1);
  }
}
