package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#semidual}: value, gradient and plan of the semi-dual in one pass. */
final class Semidual extends HostOp {
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

  private void rows(int problem, int block, int first, int end, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    RowReader row = worker.plan;
    sums.fill(problem, block, 0);
    double dual = 0;
    for (int i = first; i < end; i++) {
      double mass = a.get(problem, i);
      double potential = RowUpdate.potential(plan, problem, i, mass, epsilon, row);
      f.set(problem, i, potential);
      double scale = potential > Double.NEGATIVE_INFINITY ? mass / row.sum : 0;
      if (scale > 0) {
        dual += mass * potential;
        kernels.axpy(scale, row.segment, row.at, sums.segment, sums.at(problem, block), n);
      }
      if (stored != null) {
        long at = stored.at(problem, i);
        kernels.fill(0, stored.segment, at, n);
        kernels.axpy(scale, row.segment, row.at, stored.segment, at, n);
      }
    }
    values.set(problem, block, 0, dual);
  }

  private void columns(int problem) {
    HostBuffer g = HostBuffer.of(plan.g());
    sums.combine(problem);
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
