package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/**
 * {@link jot.spi.Session#sweep}: rows and columns in one read of the cost and one exp an entry; and
 * {@link jot.spi.Session#relaxedSweep}, the same with both updates times ω.
 *
 * <p>Where the residual is far above what F32 arithmetic can upset, a sweep's exponentials are F32,
 * and with costs of F32 their exponents too; such a sweep never decides that a problem is solved:
 * where its residual says so, the next one is in F64. {@link Coarse} says when.
 *
 * <p>e_ij = exp((f_i + g_j − c_ij)/ε) with the old potentials; S_i = Σ_j e_ij gives the residual
 * and the new f_i; (a_i/S_i)·e_ij, the plan's row after the row update, adds to the column sums,
 * which give the new g_j. Rows and columns whose sums vanish at this ε are redone with their
 * maximum out.
 */
final class Sweep extends HostOp {
  /** Below this a sum may have lost entries to underflow: it is made again with the maximum out. */
  private static final double TINY = 1e-200;

  /** The same where the entries are F32. */
  private static final double TINY_F32 = 1e-25;

  /** Largest factor of a row of F32, and of its reciprocal. */
  private static final double MOST_F32 = 1e30;

  private static final int ERROR = 0;
  private static final int REDO = 1;
  private static final int COLUMN_ERROR = 2;

  /** Largest |log| of a ratio of sums that is over-relaxed: marginals overshoot by e^20 at most. */
  private static final double LARGEST = 20;

  private final ColumnLse lse;
  private final Partials sums;
  private final Partials errors;
  private final HostBuffer next;
  private final HostBuffer rowSums;
  private final boolean[] inF32;
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
    errors = new Partials(session, 3);
    next = HostBuffer.of(session.vector(m));
    rowSums = HostBuffer.of(session.vector(m));
    inF32 = new boolean[session.batch()];
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
    return 3;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase < 2;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    switch (phase) {
      case 0 -> rows(problem, block, first, end, worker);
      case 1 -> {
        errors.set(problem, block, REDO, 0);
        errors.set(problem, block, COLUMN_ERROR, 0);
        if (goesOn(problem)) {
          columns(problem, block, session.firstColumn(block), session.endColumn(block));
          HostBuffer f = HostBuffer.of(plan.f());
          MemorySegment.copy(
              next.segment,
              next.at(problem) + 8L * first,
              f.segment,
              f.at(problem) + 8L * first,
              8L * (end - first));
        }
      }
      default -> finish(problem, worker);
    }
  }

  /** The entering plan's residual, as far as this sweep's arithmetic sees it. */
  private double error(int problem) {
    double error = errors.sum(problem, ERROR);
    return omega == null ? error : error + columnError.get(problem, 0);
  }

  private boolean goesOn(int problem) {
    return inF32[problem] || error(problem) > threshold.get(problem, 0);
  }

  private double relaxation(int problem) {
    return omega == null ? 1 : omega.get(problem, 0);
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    sums.fill(problem, block, 0);
    double seen = residual.get(problem, 0);
    boolean coarse =
        seen > threshold.get(problem, 0) && Coarse.suffices(plan, a, problem, seen, kernels);
    inF32[problem] = coarse;
    if (coarse && RowReader.isStoredF32(plan.cost())) {
      HostBuffer g = HostBuffer.of(plan.g());
      kernels.narrow(g.segment, g.at(problem), worker.spare, worker.firstAt, n);
    }
    boolean inRange = !coarse && Exponents.areInRange(plan, problem, first, end, kernels);
    double error = 0;
    for (int i = first; i < end; i += Worker.GROUP) {
      int last = Math.min(i + Worker.GROUP, end);
      error +=
          coarse
              ? coarseGroup(problem, block, i, last, worker)
              : group(problem, block, i, last, inRange, worker);
    }
    kernels.addLog(
        HostBuffer.of(plan.epsilon()).get(problem, 0),
        a.segment,
        a.at(problem) + 8L * first,
        rowSums.segment,
        rowSums.at(problem) + 8L * first,
        next.segment,
        next.at(problem) + 8L * first,
        end - first);
    errors.set(problem, block, ERROR, error);
  }

  /** What a row adds to the residual, when it has no plan; its potential is −∞. */
  private double withoutPlan(int problem, int i, double mass) {
    next.set(problem, i, Double.NEGATIVE_INFINITY);
    rowSums.set(problem, i, Double.NaN);
    return mass;
  }

  /** Rows [first, last) of the plan, their part in the columns; their part of the residual. */
  private double group(
      int problem, int block, int first, int last, boolean inRange, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    HostBuffer g = HostBuffer.of(plan.g());
    double relaxation = relaxation(problem);
    RowReader row = worker.plan;
    long at =
        worker.groupAt(
            row.sourceAddress(plan, problem, first),
            g.segment.address() + g.at(problem),
            sums.segment.address() + sums.at(problem, block));
    boolean together = inRange && RowReader.isStoredF64(plan.cost()) && all(problem, first, last);
    if (together) {
      row.gibbsInRange(
          plan, problem, first, last, worker.group, at, worker.groupStride, worker.shares);
    }
    double error = 0;
    int filled = 0;
    for (int i = first; i < last; i++) {
      double mass = a.get(problem, i);
      double old = f.get(problem, i);
      if (mass <= 0 || old == Double.NEGATIVE_INFINITY) {
        error += withoutPlan(problem, i, mass);
        continue;
      }
      long to = at + filled * worker.groupStride;
      if (together) {
        row.take(worker.group, to, worker.shares.get(Layouts.F64, 8L * filled));
      } else {
        row.gibbs(plan, problem, i, old, inRange, worker.group, to);
      }
      error += Math.abs(row.sum - mass);
      double scale = mass / row.sum;
      if (relaxation == 1 && row.sum > TINY && scale >= Double.MIN_NORMAL) {
        next.set(problem, i, old);
        rowSums.set(problem, i, row.sum);
      } else {
        scale = unusual(problem, i, mass, old, relaxation, row);
      }
      if (next.get(problem, i) > Double.NEGATIVE_INFINITY) {
        worker.factors.set(Layouts.F64, 8L * filled, scale);
        filled++;
      }
    }
    kernels.axpys(
        filled,
        worker.factors,
        0,
        worker.group,
        at,
        worker.groupStride,
        sums.segment,
        sums.at(problem, block),
        n);
    return error;
  }

  /** Whether all of these rows have a plan. */
  private boolean all(int problem, int first, int last) {
    HostBuffer f = HostBuffer.of(plan.f());
    for (int i = first; i < last; i++) {
      if (a.get(problem, i) <= 0 || f.get(problem, i) == Double.NEGATIVE_INFINITY) {
        return false;
      }
    }
    return true;
  }

  /** A row over-relaxed, or with its maximum taken out; what its exponentials are to be times. */
  private double unusual(
      int problem, int i, double mass, double old, double relaxation, RowReader row) {
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double scale = mass / row.sum;
    double updated;
    if (relaxation != 1 && Math.abs(Math.log(scale)) <= LARGEST) {
      double stretched = relaxation * Math.log(scale);
      updated = old + epsilon * stretched;
      scale = Math.exp(stretched);
    } else if (row.sum > TINY && row.sum < Double.POSITIVE_INFINITY) {
      updated = old + epsilon * Math.log(mass / row.sum);
    } else {
      updated = RowUpdate.potential(plan, problem, i, mass, epsilon, row, row.segment, row.at);
      scale = mass / row.sum;
    }
    next.set(problem, i, updated);
    rowSums.set(problem, i, Double.NaN);
    return scale;
  }

  /** {@link #group} in F32. A row that leaves the range of F32 is made in F64. */
  private double coarseGroup(int problem, int block, int first, int last, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double relaxation = relaxation(problem);
    RowReader row = worker.plan;
    long at =
        worker.groupAt(
            row.sourceAddress(plan, problem, first),
            worker.spare.address() + worker.firstAt,
            sums.segment.address() + sums.at(problem, block));
    double error = 0;
    int filled = 0;
    for (int i = first; i < last; i++) {
      double mass = a.get(problem, i);
      double old = f.get(problem, i);
      if (mass <= 0 || old == Double.NEGATIVE_INFINITY) {
        error += withoutPlan(problem, i, mass);
        continue;
      }
      long to = at + filled * worker.groupStride;
      double sum =
          row.coarse(plan, problem, i, old, worker.spare, worker.firstAt, worker.group, to);
      double scale = mass / sum;
      boolean inRange = sum > TINY_F32 && sum < Float.MAX_VALUE;
      if (inRange && relaxation != 1) {
        scale = Math.abs(Math.log(scale)) <= LARGEST ? Math.pow(scale, relaxation) : Double.NaN;
      }
      if (inRange && scale > 1 / MOST_F32 && scale < MOST_F32) {
        error += Math.abs(sum - mass);
        next.set(problem, i, old);
        rowSums.set(problem, i, sum);
        if (relaxation != 1) {
          double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
          next.set(problem, i, old + epsilon * Math.log(scale));
          rowSums.set(problem, i, Double.NaN);
        }
        worker.factors.set(Layouts.F64, 8L * filled, scale);
        filled++;
      } else {
        row.gibbs(plan, problem, i, old);
        error += Math.abs(row.sum - mass);
        scale = unusual(problem, i, mass, old, relaxation, row);
        if (next.get(problem, i) > Double.NEGATIVE_INFINITY) {
          kernels.axpy(scale, row.segment, row.at, sums.segment, sums.at(problem, block), n);
        }
      }
    }
    kernels.axpysInF32(
        filled,
        worker.factors,
        0,
        worker.group,
        at,
        worker.groupStride,
        sums.segment,
        sums.at(problem, block),
        n);
    return error;
  }

  private void columns(int problem, int block, int first, int end) {
    sums.combine(problem, first, end);
    double relaxation = relaxation(problem);
    if (relaxation != 1) {
      relaxedColumns(problem, block, first, end, relaxation);
      return;
    }
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    long o = 8L * first;
    boolean all =
        kernels.addLog(
            epsilon,
            b.segment,
            b.at(problem) + o,
            sums.segment,
            sums.at(problem, 0) + o,
            g.segment,
            g.at(problem) + o,
            end - first);
    double tiny = inF32[problem] ? TINY_F32 : TINY;
    for (int j = first; j < end; j++) {
      double sum = sums.total(problem, j);
      double mass = b.get(problem, j);
      if (!all) {
        if (mass <= 0) {
          g.set(problem, j, Double.NEGATIVE_INFINITY);
        } else if (mass / sum < Double.MIN_NORMAL) {
          g.set(problem, j, g.get(problem, j) + epsilon * Math.log(mass / sum));
        }
      }
      if (!(sum > tiny) && mass > 0) {
        errors.set(problem, block, REDO, 1);
      }
    }
  }

  private void relaxedColumns(int problem, int block, int first, int end, double relaxation) {
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double tiny = inF32[problem] ? TINY_F32 : TINY;
    double error = 0;
    for (int j = first; j < end; j++) {
      double mass = b.get(problem, j);
      double sum = sums.total(problem, j);
      if (mass <= 0) {
        g.set(problem, j, Double.NEGATIVE_INFINITY);
      } else if (sum > tiny && Math.abs(Math.log(mass / sum)) <= LARGEST) {
        double log = Math.log(mass / sum);
        g.set(problem, j, g.get(problem, j) + epsilon * (relaxation * log));
        error += mass * Math.abs(Math.expm1((relaxation - 1) * log));
      } else if (sum > tiny) {
        g.set(problem, j, g.get(problem, j) + epsilon * Math.log(mass / sum));
      } else {
        errors.set(problem, block, REDO, 1);
      }
    }
    errors.set(problem, block, COLUMN_ERROR, error);
  }

  private void finish(int problem, Worker worker) {
    boolean goesOn = goesOn(problem);
    residual.set(problem, 0, error(problem));
    if (!goesOn) {
      active.set(problem, 0, 0);
      return;
    }
    if (errors.sum(problem, REDO) > 0) {
      redoColumns(problem, worker);
    }
    if (omega != null) {
      columnError.set(problem, 0, errors.sum(problem, COLUMN_ERROR));
    }
    sweeps.set(problem, 0, sweeps.get(problem, 0) + 1);
  }

  private void redoColumns(int problem, Worker worker) {
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double tiny = inF32[problem] ? TINY_F32 : TINY;
    for (int block = 0; block < session.blocks(); block++) {
      lse.raise(plan, next, problem, block, session.first(block), session.end(block), worker);
    }
    lse.combineTops(problem);
    for (int block = 0; block < session.blocks(); block++) {
      lse.add(plan, next, problem, block, session.first(block), session.end(block), worker);
    }
    for (int j = 0; j < n; j++) {
      double mass = b.get(problem, j);
      if (mass > 0 && !(sums.total(problem, j) > tiny)) {
        g.set(problem, j, lse.potential(problem, j, mass, epsilon));
      }
    }
  }
}
