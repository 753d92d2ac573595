package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;

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
    for (int i = first; i < end; i += Worker.GROUP) {
      group(problem, block, i, Math.min(i + Worker.GROUP, end), worker);
    }
  }

  /** A few rows: where they lie, or made in cache; a row without mass is one of zeros. */
  private void group(int problem, int block, int first, int end, Worker worker) {
    int rows = end - first;
    MemorySegment p = worker.group;
    long at = 0;
    long stride = worker.groupStride;
    if (plan instanceof MatrixSource.Stored stored && stored.values().dtype() == DType.F64) {
      HostBuffer values = HostBuffer.of(stored.values());
      p = values.segment;
      at = values.at(problem, first);
      stride = 8L * n;
    } else {
      for (int i = first; i < end; i++) {
        worker.plan.read(plan, problem, i);
        MemorySegment.copy(worker.plan.segment, worker.plan.at, p, stride * (i - first), 8L * n);
      }
    }
    MemorySegment base = worker.factors;
    MemorySegment d = worker.shares;
    for (int i = first; i < end; i++) {
      double anchored = v.get(problem, (long) anchor.get(problem, i));
      base.set(Layouts.F64, 8L * (i - first), anchored);
    }
    kernels.anchoredDots(rows, p, at, stride, v.segment, v.at(problem), base, 0, d, 0, n);
    for (int i = first; i < end; i++) {
      double r = rowSums.get(problem, i);
      long to = 8L * (i - first);
      d.set(Layouts.F64, to, r > 0 ? d.get(Layouts.F64, to) / r : 0);
    }
    kernels.addAnchoreds(
        rows,
        p,
        at,
        stride,
        v.segment,
        v.at(problem),
        base,
        0,
        d,
        0,
        sums.segment,
        sums.at(problem, block),
        n);
  }
}
