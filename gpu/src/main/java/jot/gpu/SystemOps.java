package jot.gpu;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** The marginal system: its right-hand side, product and elimination. */
final class SystemOps {
  /** Vertices that one block eliminates before all others are brought up to date. */
  private static final int PANEL = 32;

  private static final int SIDE = 16;

  private final Work work;
  private final PlanOps plans;

  SystemOps(Work work, PlanOps plans) {
    this.work = work;
    this.plans = plans;
  }

  void rightHandSide(
      MatrixSource plan,
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      Buffer rowSums,
      Buffer anchor,
      Buffer level,
      Buffer share,
      Buffer rhs,
      Buffer diagonal) {
    work.ready(plan);
    work.ready(g);
    long eps = work.in(epsilon);
    long rowPart = work.inOrNull(rowCotangent);
    long columnPart = work.inOrNull(columnCotangent);
    long sums = work.in(rowSums);
    long tops = work.out(anchor);
    long levels = work.out(level);
    long shares = work.out(share);
    long right = work.out(rhs);
    long middle = work.out(diagonal);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long more = work.room(Scratch.Use.MORE_PARTIALS, (long) work.chunks * work.n);
    CommandLog log = work.put(work.put(work.rows(Kernel.RIGHT_HAND_SIDE), plan), g);
    log.put(eps).put(rowPart).put(sums).put(tops).put(levels).put(shares);
    work.shape(log.put(partials).put(more));
    work.combine(Kernel.COMBINE, partials, work.n, right, 1, eps, columnPart, null);
    work.combine(more, work.n, middle, null);
  }

  void laplacian(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer v,
      Buffer out,
      @Nullable Buffer active) {
    work.ready(plan);
    long sums = work.in(rowSums);
    long tops = work.in(anchor);
    long by = work.in(v);
    long mask = work.mask(active);
    long to = work.out(out, active);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    CommandLog log = work.put(work.rows(Kernel.LAPLACIAN), plan);
    work.shape(log.put(sums).put(tops).put(by).put(partials).put(mask));
    work.combine(partials, work.n, to, active);
  }

  void rowUnknowns(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer share,
      Buffer y,
      Buffer x,
      @Nullable Buffer active) {
    work.ready(plan);
    long sums = work.in(rowSums);
    long tops = work.in(anchor);
    long shares = work.in(share);
    long known = work.in(y);
    long mask = work.mask(active);
    long out = work.out(x, active);
    CommandLog log = work.put(work.rows(Kernel.ROW_UNKNOWNS), plan);
    work.shape(log.put(sums).put(tops).put(shares).put(known).put(out).put(mask));
  }

  void eliminate(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer factor,
      Buffer components,
      @Nullable Buffer active) {
    work.ready(plan);
    long mask = work.mask(active);
    long rows = work.in(rowSums);
    long columns = work.in(columnSums);
    long out = work.out(factor, active);
    long found = work.out(components, active);
    long entries = work.room(Scratch.Use.PLAN, (long) work.m * work.n);
    int n = work.n;
    plans.materialise(plan, entries, 0, mask);
    work.tiles(Kernel.WEIGHTS, n, n, SIDE, SIDE * SIDE)
        .put(entries)
        .put(rows)
        .put(out)
        .put(mask)
        .put((long) work.m)
        .put((long) n)
        .done();
    for (int first = 0; first < n; first += PANEL) {
      int end = Math.min(n, first + PANEL);
      panel(work.whole(Kernel.ELIMINATE_PANEL), out, columns, found, mask, first, end);
      if (end < n) {
        CommandLog log = work.tiles(Kernel.ELIMINATE_REST, n - end, n - end, SIDE, SIDE * SIDE);
        panel(log, out, columns, found, mask, first, end);
      }
    }
  }

  private void panel(
      CommandLog log,
      long factor,
      long columnSums,
      long components,
      long mask,
      int first,
      int end) {
    log.put(factor)
        .put(columnSums)
        .put(components)
        .put(mask)
        .put((long) work.n)
        .put((long) first)
        .put((long) end)
        .done();
  }

  void eliminateSolve(Buffer factor, Buffer rhs, Buffer y, @Nullable Buffer active) {
    long of = work.in(factor);
    long right = work.in(rhs);
    long mask = work.mask(active);
    long out = work.out(y, active);
    work.whole(Kernel.ELIMINATE_SOLVE)
        .put(of)
        .put(right)
        .put(out)
        .put(mask)
        .put((long) work.n)
        .done();
  }
}
