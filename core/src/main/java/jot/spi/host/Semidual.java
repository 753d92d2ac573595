package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#semidual}: value, gradient and plan of the semi-dual in one pass. */
final class Semidual extends HostOp {
  /** Sums that lose no entry above 10⁻²⁰⁰ of themselves, */
  private static final double LEAST = 1e-100;

  /** and overflow nowhere. */
  private static final double MOST = 1e200;

  private final Partials sums;
  private final Partials values;
  private MatrixSource.Gibbs plan;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer columnSums;
  private HostBuffer value;
  private HostBuffer residual;
  private @Nullable HostBuffer stored;

  @SuppressWarnings("NullAway.Init")
  Semidual(HostSession session) {
    super(session);
    sums = new Partials(session, n);
    values = new Partials(session, 1);
  }

  Semidual with(MatrixSource.Gibbs plan, Buffer a, Buffer b) {
    this.plan = plan;
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    return this;
  }

  Semidual to(Buffer columnSums, Buffer value, Buffer residual, @Nullable Buffer stored) {
    this.columnSums = HostBuffer.of(columnSums);
    this.value = HostBuffer.of(value);
    this.residual = HostBuffer.of(residual);
    this.stored = stored == null ? null : HostBuffer.of(stored);
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
      case 1 -> sums.combine(problem, session.firstColumn(block), session.endColumn(block));
      default -> columns(problem);
    }
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    RowReader row = worker.plan;
    sums.fill(problem, block, 0);
    double dual = 0;
    long sumsAt = sums.at(problem, block);
    HostBuffer g = HostBuffer.of(plan.g());
    long at =
        worker.groupAt(
            row.sourceAddress(plan, problem, first),
            g.segment.address() + g.at(problem),
            sums.segment.address() + sumsAt);
    boolean inRange = Exponents.areInRange(plan, problem, first, end, kernels);
    for (int i = first; i < end; i++) {
      double mass = a.get(problem, i);
      double last = f.get(problem, i);
      double potential = potential(problem, i, mass, last, epsilon, inRange, worker, at);
      f.set(problem, i, potential);
      double scale = potential > Double.NEGATIVE_INFINITY ? mass / row.sum : 0;
      if (scale > 0) {
        dual += mass * potential;
      }
      if (stored != null) {
        long to = stored.at(problem, i);
        kernels.addScaled(scale, row.segment, row.at, sums.segment, sumsAt, stored.segment, to, n);
      } else if (scale > 0) {
        kernels.axpy(scale, row.segment, row.at, sums.segment, sumsAt, n);
      }
    }
    values.set(problem, block, 0, dual);
  }

  /**
   * The row's potential, from the sum at the last one where that is neither near overflow nor near
   * underflow; else with the maximum out. Leaves the row's exponentials in the reader.
   */
  private double potential(
      int problem,
      int i,
      double mass,
      double last,
      double epsilon,
      boolean inRange,
      Worker worker,
      long at) {
    RowReader row = worker.plan;
    if (mass > 0 && Math.abs(last) < Double.POSITIVE_INFINITY) {
      row.gibbs(plan, problem, i, last, inRange, worker.group, at);
      if (row.sum > LEAST && row.sum < MOST) {
        return last + epsilon * (Math.log(mass) - Math.log(row.sum));
      }
    }
    return RowUpdate.potential(plan, problem, i, mass, epsilon, row);
  }

  private void columns(int problem) {
    HostBuffer g = HostBuffer.of(plan.g());
    double dual = values.sum(problem, 0);
    double error = 0;
    for (int j = 0; j < n; j++) {
      double sum = sums.total(problem, j);
      double mass = b.get(problem, j);
      columnSums.set(problem, j, sum);
      error += Math.abs(sum - mass);
      if (mass > 0) {
        dual += mass * g.get(problem, j);
      }
    }
    value.set(problem, 0, dual);
    residual.set(problem, 0, error);
  }
}
