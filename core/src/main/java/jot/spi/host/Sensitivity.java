package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#sensitivity} and {@link jot.spi.Session#sensitivityNorm}. */
final class Sensitivity extends HostOp {
  private final Partials sums;
  private final Partials largest;
  private MatrixSource.Gibbs plan;
  private @Nullable MatrixSource g;
  private HostBuffer x;
  private HostBuffer y;
  private HostBuffer rowChange;
  private HostBuffer columnChange;
  private @Nullable HostBuffer rowSums;
  private @Nullable HostBuffer columnSums;
  private @Nullable HostBuffer rowAnswer;
  private @Nullable HostBuffer columnAnswer;
  private @Nullable HostBuffer norm;

  @SuppressWarnings("NullAway.Init")
  Sensitivity(HostSession session) {
    super(session);
    sums = new Partials(session, n);
    largest = new Partials(session, 1);
  }

  Sensitivity with(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange) {
    this.plan = plan;
    this.g = g;
    this.x = HostBuffer.of(x);
    this.y = HostBuffer.of(y);
    this.rowChange = HostBuffer.of(rowChange);
    this.columnChange = HostBuffer.of(columnChange);
    return this;
  }

  Sensitivity toSums(Buffer rows, Buffer columns) {
    rowSums = HostBuffer.of(rows);
    columnSums = HostBuffer.of(columns);
    norm = null;
    return this;
  }

  Sensitivity toNorm(Buffer rows, Buffer columns, Buffer out) {
    rowAnswer = HostBuffer.of(rows);
    columnAnswer = HostBuffer.of(columns);
    norm = HostBuffer.of(out);
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
      sums.fill(problem, block, 0);
      largest.fill(problem, block, 0);
      for (int i = first; i < end; i++) {
        row(problem, block, i, worker);
      }
    } else if (norm != null) {
      double most = 0;
      for (int block2 = 0; block2 < session.blocks(); block2++) {
        most = Math.max(most, largest.get(problem, block2, 0));
      }
      norm.set(problem, 0, most);
    } else if (columnSums != null) {
      sums.combine(problem);
      for (int j = 0; j < n; j++) {
        columnSums.set(problem, j, sums.total(problem, j));
      }
    }
  }

  private void row(int problem, int block, int i, Worker worker) {
    RowReader p = worker.plan;
    p.read(plan, problem, i);
    RowReader loss = worker.other;
    if (g == null) {
      kernels.fill(0, worker.spare, worker.secondAt, n);
    } else {
      loss.read(g, problem, i);
    }
    double scale = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    kernels.gradientRow(
        scale,
        p.segment,
        p.at,
        g == null ? worker.spare : loss.segment,
        g == null ? worker.secondAt : loss.at,
        0,
        x.get(problem, i),
        y.segment,
        y.at(problem),
        worker.spare,
        worker.firstAt,
        n);
    // second ← first∘(d_i + e_j), the row of W
    kernels.fill(0, worker.spare, worker.secondAt, n);
    kernels.addPlanTimes(
        worker.spare,
        worker.firstAt,
        rowChange.get(problem, i),
        columnChange.segment,
        columnChange.at(problem),
        worker.spare,
        worker.secondAt,
        n);
    if (norm != null && rowAnswer != null && columnAnswer != null) {
      kernels.fill(0, worker.spare, worker.firstAt, n);
      kernels.addPlanTimes(
          p.segment,
          p.at,
          rowAnswer.get(problem, i),
          columnAnswer.segment,
          columnAnswer.at(problem),
          worker.spare,
          worker.firstAt,
          n);
      kernels.axpy(-1, worker.spare, worker.firstAt, worker.spare, worker.secondAt, n);
      double most = kernels.maxAbsFinite(worker.spare, worker.secondAt, 0, n) * scale;
      largest.set(problem, block, 0, Math.max(largest.get(problem, block, 0), most));
    } else if (rowSums != null) {
      rowSums.set(problem, i, kernels.sum(worker.spare, worker.secondAt, n));
      kernels.axpy(1, worker.spare, worker.secondAt, sums.segment, sums.at(problem, block), n);
    }
  }
}
