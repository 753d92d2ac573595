package jot.gpu;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** What is read off a plan: entries, sums, costs. */
final class PlanOps {
  private static final int VALUES = 3;

  private final Work work;

  PlanOps(Work work) {
    this.work = work;
  }

  void materialise(MatrixSource source, Buffer out, @Nullable Buffer active) {
    work.ready(source);
    long mask = work.mask(active);
    materialise(source, work.out(out, active), CudaBuffer.of(out).narrow(), mask);
  }

  /** Entries of a source that is ready, to an address. */
  void materialise(MatrixSource source, long out, long narrow, long mask) {
    work.put(work.each(Kernel.MATERIALISE, (long) work.m * work.n), source)
        .put(out)
        .put(narrow)
        .put(mask)
        .put((long) work.m)
        .put((long) work.n)
        .put((long) work.batch)
        .done();
  }

  void countAbove(MatrixSource source, double threshold, Buffer rowCounts) {
    work.ready(source);
    long counts = work.out(rowCounts);
    CommandLog log = work.put(work.rows(Kernel.COUNT_ABOVE), source);
    work.shape(log.put(threshold).put(counts).put(0L).put(0L).put(0L));
  }

  void collectAbove(
      MatrixSource source, double threshold, Buffer rowCounts, Buffer columns, Buffer values) {
    work.ready(source);
    long counts = work.in(rowCounts);
    long at = work.out(columns);
    long what = work.out(values);
    CommandLog log = work.put(work.rows(Kernel.COLLECT_ABOVE), source);
    log.put(threshold).put(counts).put(at).put(what).put(CudaBuffer.of(columns).size());
    work.shape(log);
  }

  void values(MatrixSource.LogPlan log, Buffer values) {
    work.ready(log);
    long out = work.out(values);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * VALUES);
    work.shape(work.put(work.rows(Kernel.VALUES), log.plan()).put(partials));
    work.combine(partials, VALUES, out, null);
  }

  void marginals(MatrixSource plan, Buffer rowSums, Buffer columnSums) {
    work.ready(plan);
    long rows = work.out(rowSums);
    long columns = work.out(columnSums);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    work.shape(work.put(work.rows(Kernel.MARGINALS), plan).put(rows).put(partials));
    work.combine(partials, work.n, columns, null);
  }
}
