package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#marginals}. */
final class Marginals extends HostOp {
  private final Partials sums;
  private MatrixSource plan;
  private HostBuffer rowSums;
  private HostBuffer columnSums;

  @SuppressWarnings("NullAway.Init")
  Marginals(HostSession session) {
    super(session);
    sums = new Partials(session, n);
  }

  Marginals with(MatrixSource plan, Buffer rowSums, Buffer columnSums) {
    this.plan = plan;
    this.rowSums = HostBuffer.of(rowSums);
    this.columnSums = HostBuffer.of(columnSums);
    return this;
  }

  @Override
  int phases() {
    return 2;
  }

  @Override
  boolean byBlocks(int phase) {
    return true;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    if (phase == 1) {
      sums.combine(problem, block, columnSums);
      return;
    }
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      RowReader p = worker.plan;
      p.read(plan, problem, i);
      rowSums.set(problem, i, kernels.sum(p.segment, p.at, n));
      kernels.axpy(1, p.segment, p.at, sums.segment, sums.at(problem, block), n);
    }
  }
}
