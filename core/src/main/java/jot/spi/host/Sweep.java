package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/**
 * {@link jot.spi.Session#sweep}: rows and columns in one read of the cost and one exp an entry; and
 * {@link jot.spi.Session#relaxedSweep}, the same with both updates times ω.
 *
 * <p>e_ij = exp((f_i + g_j − c_ij)/ε) with the old potentials; S_i = Σ_j e_ij gives the residual
 * and the new f_i; (a_i/S_i)·e_ij, the plan's row after the row update, adds to the column sums,
 * which give the new g_j. Rows and columns whose sums vanish at this ε are redone with their
 * maximum out.
 */
final class Sweep extends HostOp {
  /** Below this a sum may have lost entries to underflow: it is made again with the maximum out. */
  private static final double TINY = 1e-200;

  /** Largest |log| of a ratio of sums that is over-relaxed: marginals overshoot by e^20 at most. */
  private static final double LARGEST = 20;

  private final ColumnLse lse;
  private final Partials sums;
  private final Partials errors;
  private final HostBuffer next;
  private MatrixSource.Gibbs plan;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer threshold;
  private HostBuffer residual;
  private HostBuffer sweeps;
  private HostBuffer active;
  private @Nullable HostBuffer omega;
  private HostBuffer columnError;

  @SuppressWarnings("NullAway.Init")
  Sweep(HostSession session) {
    super(session);
    lse = session.columnLse();
    sums = new Partials(session, n);
    errors = new Partials(session, 1);
    next = HostBuffer.of(session.vector(m));
  }

  Sweep with(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    this.plan = plan;
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    this.threshold = HostBuffer.of(threshold);
    this.residual = HostBuffer.of(residual);
    this.sweeps = HostBuffer.of(sweeps);
    this.active = HostBuffer.of(active);
    omega = null;
    return this;
  }

  Sweep relaxed(Buffer relaxation, Buffer enteringColumnError) {
    omega = HostBuffer.of(relaxation);
    columnError = HostBuffer.of(enteringColumnError);
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
      double error = errors.sum(problem, 0);
      if (omega != null) {
        error += columnError.get(problem, 0);
      }
      residual.set(problem, 0, error);
      if (error > threshold.get(problem, 0)) {
        columns(problem, worker);
        sweeps.set(problem, 0, sweeps.get(problem, 0) + 1);
      } else {
        active.set(problem, 0, 0);
      }
    }
  }

  private double relaxation(int problem) {
    return omega == null ? 1 : omega.get(problem, 0);
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double relaxation = relaxation(problem);
    RowReader row = worker.plan;
    double error = 0;
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      double mass = a.get(problem, i);
      double old = f.get(problem, i);
      if (mass <= 0 || old == Double.NEGATIVE_INFINITY) {
        next.set(problem, i, Double.NEGATIVE_INFINITY);
        error += mass;
        continue;
      }
      row.gibbs(plan, problem, i, old);
      error += Math.abs(row.sum - mass);
      double updated;
      double scale = mass / row.sum;
      if (relaxation != 1 && Math.abs(Math.log(scale)) <= LARGEST) {
        double stretched = relaxation * Math.log(scale);
        updated = old + epsilon * stretched;
        scale = Math.exp(stretched);
      } else if (row.sum > TINY && row.sum < Double.POSITIVE_INFINITY) {
        updated = old + epsilon * Math.log(mass / row.sum);
      } else {
        updated = RowUpdate.potential(plan, problem, i, mass, epsilon, row);
        scale = mass / row.sum;
      }
      next.set(problem, i, updated);
      if (updated > Double.NEGATIVE_INFINITY) {
        kernels.axpy(scale, row.segment, row.at, sums.segment, sums.at(problem, block), n);
      }
    }
    errors.set(problem, block, 0, error);
  }

  private void columns(int problem, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double relaxation = relaxation(problem);
    sums.combine(problem);
    boolean redo = false;
    double error = 0;
    for (int j = 0; j < n; j++) {
      double mass = b.get(problem, j);
      double sum = sums.total(problem, j);
      if (mass <= 0) {
        g.set(problem, j, Double.NEGATIVE_INFINITY);
      } else if (relaxation != 1 && Math.abs(Math.log(mass / sum)) <= LARGEST) {
        double log = Math.log(mass / sum);
        g.set(problem, j, g.get(problem, j) + epsilon * (relaxation * log));
        error += mass * Math.abs(Math.expm1((relaxation - 1) * log));
      } else if (sum > TINY) {
        g.set(problem, j, g.get(problem, j) + epsilon * Math.log(mass / sum));
      } else {
        redo = true;
      }
    }
    if (redo) {
      redoColumns(problem, epsilon, g, worker);
    }
    if (omega != null) {
      columnError.set(problem, 0, error);
    }
    for (int i = 0; i < m; i++) {
      f.set(problem, i, next.get(problem, i));
    }
  }

  private void redoColumns(int problem, double epsilon, HostBuffer g, Worker worker) {
    for (int block = 0; block < session.blocks(); block++) {
      lse.raise(plan, next, problem, block, session.first(block), session.end(block), worker);
    }
    lse.combineTops(problem);
    for (int block = 0; block < session.blocks(); block++) {
      lse.add(plan, next, problem, block, session.first(block), session.end(block), worker);
    }
    for (int j = 0; j < n; j++) {
      double mass = b.get(problem, j);
      if (mass > 0 && !(sums.total(problem, j) > TINY)) {
        g.set(problem, j, lse.potential(problem, j, mass, epsilon));
      }
    }
  }
}
