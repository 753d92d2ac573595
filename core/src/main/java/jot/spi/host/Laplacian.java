package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#laplacian}: S v from differences of v to the row's anchor. */
final class Laplacian extends HostOp {
  private final Partials sums;
  private MatrixSource plan;
  private HostBuffer rowSums;
  private HostBuffer anchor;
  private HostBuffer v;
  private HostBuffer out;

  @SuppressWarnings("NullAway.Init")
  Laplacian(HostSession session) {
    super(session);
    sums = new Partials(session, n);
  }

  Laplacian with(MatrixSource plan, Buffer rowSums, Buffer anchor, Buffer v, Buffer out) {
    this.plan = plan;
    this.rowSums = HostBuffer.of(rowSums);
    this.anchor = HostBuffer.of(anchor);
    this.v = HostBuffer.of(v);
    this.out = HostBuffer.of(out);
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
      sums.combine(problem, block, out);
      return;
    }
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      double r = rowSums.get(problem, i);
      if (r > 0) {
        RowReader p = worker.plan;
        p.read(plan, problem, i);
        double base = v.get(problem, (long) anchor.get(problem, i));
        double d = kernels.anchoredDot(p.segment, p.at, v.segment, v.at(problem), base, n) / r;
        kernels.addAnchored(
            p.segment,
            p.at,
            v.segment,
            v.at(problem),
            base,
            d,
            sums.segment,
            sums.at(problem, block),
            n);
      }
    }
  }
}
