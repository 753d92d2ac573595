package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#rightHandSide}: everything about a row while it is in cache. */
final class RightHandSide extends HostOp {
  private final Partials rhsSums;
  private final Partials diagonalSums;
  private MatrixSource plan;
  private @Nullable MatrixSource g;
  private HostBuffer epsilon;
  private @Nullable Buffer rowCotangent;
  private @Nullable Buffer columnCotangent;
  private HostBuffer rowSums;
  private HostBuffer anchor;
  private HostBuffer level;
  private HostBuffer share;
  private HostBuffer rhs;
  private HostBuffer diagonal;

  @SuppressWarnings("NullAway.Init")
  RightHandSide(HostSession session) {
    super(session);
    rhsSums = new Partials(session, n);
    diagonalSums = new Partials(session, n);
  }

  RightHandSide with(
      MatrixSource plan,
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      Buffer rowSums) {
    this.plan = plan;
    this.g = g;
    this.epsilon = HostBuffer.of(epsilon);
    this.rowCotangent = rowCotangent;
    this.columnCotangent = columnCotangent;
    this.rowSums = HostBuffer.of(rowSums);
    return this;
  }

  RightHandSide to(Buffer anchor, Buffer level, Buffer share, Buffer rhs, Buffer diagonal) {
    this.anchor = HostBuffer.of(anchor);
    this.level = HostBuffer.of(level);
    this.share = HostBuffer.of(share);
    this.rhs = HostBuffer.of(rhs);
    this.diagonal = HostBuffer.of(diagonal);
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
    double eps = epsilon.get(problem, 0);
    if (phase == 0) {
      rhsSums.fill(problem, block, 0);
      diagonalSums.fill(problem, block, 0);
      for (int i = first; i < end; i++) {
        row(problem, block, i, eps, worker);
      }
      return;
    }
    rhsSums.combine(problem);
    diagonalSums.combine(problem);
    for (int j = 0; j < n; j++) {
      double cotangent =
          columnCotangent == null ? 0 : eps * HostBuffer.of(columnCotangent).get(problem, j);
      rhs.set(problem, j, rhsSums.total(problem, j) + cotangent);
      diagonal.set(problem, j, diagonalSums.total(problem, j));
    }
  }

  private void row(int problem, int block, int i, double eps, Worker worker) {
    double r = rowSums.get(problem, i);
    anchor.set(problem, i, 0);
    level.set(problem, i, 0);
    share.set(problem, i, 0);
    if (r <= 0) {
      return;
    }
    RowReader p = worker.plan;
    p.read(plan, problem, i);
    int top = kernels.argMax(p.segment, p.at, n);
    anchor.set(problem, i, top);
    double cotangent = rowCotangent == null ? 0 : eps * HostBuffer.of(rowCotangent).get(problem, i);
    long rhsAt = rhsSums.at(problem, block);
    double tau = cotangent / r;
    if (g == null && tau != 0) {
      kernels.axpy(-tau, p.segment, p.at, rhsSums.segment, rhsAt, n);
    } else if (g != null) {
      RowReader row = worker.other;
      row.read(g, problem, i);
      double gamma = row.segment.get(Layouts.F64, row.at + 8L * top);
      level.set(problem, i, gamma);
      double deviation = kernels.weightedDeviation(p.segment, p.at, row.segment, row.at, gamma, n);
      tau = (deviation + cotangent) / r;
      kernels.addDeviation(
          p.segment, p.at, row.segment, row.at, gamma, tau, rhsSums.segment, rhsAt, n);
    }
    share.set(problem, i, tau);
    double before = diagonalSums.get(problem, block, top);
    double peak = p.segment.get(Layouts.F64, p.at + 8L * top);
    kernels.addDiagonal(
        p.segment, p.at, r, diagonalSums.segment, diagonalSums.at(problem, block), n);
    diagonalSums.set(problem, block, top, before + peak * Rest.of(kernels, p, top, n) / r);
  }
}
