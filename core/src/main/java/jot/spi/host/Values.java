package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#values}: the sums that the costs of a plan are made of. */
final class Values extends HostOp {
  private static final int COUNT = 3;

  private final Partials sums;
  private MatrixSource.Gibbs plan;
  private MatrixSource.LogPlan log;
  private HostBuffer out;

  @SuppressWarnings("NullAway.Init")
  Values(HostSession session) {
    super(session);
    sums = new Partials(session, COUNT);
  }

  Values with(MatrixSource.LogPlan log, Buffer out) {
    this.plan = log.plan();
    this.log = log;
    this.out = HostBuffer.of(out);
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
    if (phase == 1) {
      for (int k = 0; k < COUNT; k++) {
        out.set(problem, k, sums.sum(problem, k));
      }
      return;
    }
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      RowReader p = worker.plan;
      p.read(plan, problem, i);
      RowReader c = worker.cost;
      c.read(plan.cost(), problem, i);
      sums.add(problem, block, 0, kernels.dotSupport(p.segment, p.at, c.segment, c.at, n));
      RowReader x = worker.other;
      x.read(log, problem, i);
      sums.add(problem, block, 1, kernels.dotSupport(p.segment, p.at, x.segment, x.at, n));
      sums.add(problem, block, 2, p.sum);
    }
  }
}
