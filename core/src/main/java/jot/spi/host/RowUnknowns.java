package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#rowUnknowns}. */
final class RowUnknowns extends HostOp {
  private MatrixSource plan;
  private HostBuffer rowSums;
  private HostBuffer anchor;
  private HostBuffer share;
  private HostBuffer y;
  private HostBuffer x;

  @SuppressWarnings("NullAway.Init")
  RowUnknowns(HostSession session) {
    super(session);
  }

  RowUnknowns with(
      MatrixSource plan, Buffer rowSums, Buffer anchor, Buffer share, Buffer y, Buffer x) {
    this.plan = plan;
    this.rowSums = HostBuffer.of(rowSums);
    this.anchor = HostBuffer.of(anchor);
    this.share = HostBuffer.of(share);
    this.y = HostBuffer.of(y);
    this.x = HostBuffer.of(x);
    return this;
  }

  @Override
  int phases() {
    return 1;
  }

  @Override
  boolean byBlocks(int phase) {
    return true;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    for (int i = first; i < end; i++) {
      double r = rowSums.get(problem, i);
      double value = 0;
      if (r > 0) {
        RowReader p = worker.plan;
        p.read(plan, problem, i);
        double base = y.get(problem, (long) anchor.get(problem, i));
        double mean = kernels.anchoredDot(p.segment, p.at, y.segment, y.at(problem), base, n) / r;
        value = share.get(problem, i) - base - mean;
      }
      x.set(problem, i, value);
    }
  }
}
