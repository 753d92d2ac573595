package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#columnUpdate}. */
final class ColumnUpdate extends HostOp {
  private final ColumnLse lse;
  private MatrixSource.Gibbs plan;
  private HostBuffer b;

  @SuppressWarnings("NullAway.Init")
  ColumnUpdate(HostSession session) {
    super(session);
    lse = session.columnLse();
  }

  ColumnUpdate with(MatrixSource.Gibbs plan, Buffer b) {
    this.plan = plan;
    this.b = HostBuffer.of(b);
    return this;
  }

  @Override
  int phases() {
    return 4;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase == 0 || phase == 2;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    switch (phase) {
      case 0 -> lse.raise(plan, f, problem, block, first, end, worker);
      case 1 -> lse.combineTops(problem);
      case 2 -> lse.add(plan, f, problem, block, first, end, worker);
      default -> {
        HostBuffer g = HostBuffer.of(plan.g());
        double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
        for (int j = 0; j < n; j++) {
          g.set(problem, j, lse.potential(problem, j, b.get(problem, j), epsilon));
        }
      }
    }
  }
}
