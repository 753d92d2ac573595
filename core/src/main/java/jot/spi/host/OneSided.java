package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/**
 * {@link jot.spi.Session#oneSided}: what a first grain of mass would do in a row or column that has
 * none. It would spread like q, the softmax over the other side, and pay (G − the other side's
 * unknown).
 */
final class OneSided extends HostOp {
  private MatrixSource.Gibbs plan;
  private @Nullable MatrixSource g;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer x;
  private HostBuffer y;

  @SuppressWarnings("NullAway.Init")
  OneSided(HostSession session) {
    super(session);
  }

  OneSided with(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y) {
    this.plan = plan;
    this.g = g;
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    this.x = HostBuffer.of(x);
    this.y = HostBuffer.of(y);
    return this;
  }

  @Override
  int phases() {
    return 1;
  }

  @Override
  boolean byBlocks(int phase) {
    return false;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    for (int i = 0; i < m; i++) {
      if (a.get(problem, i) <= 0) {
        x.set(problem, i, emptyRow(problem, i, worker));
      }
    }
    for (int j = 0; j < n; j++) {
      if (b.get(problem, j) <= 0) {
        y.set(problem, j, emptyColumn(problem, j, worker));
      }
    }
  }

  private double emptyRow(int problem, int i, Worker worker) {
    RowReader q = worker.plan;
    double slack = q.maxSlack(plan, problem, i);
    if (slack == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    q.gibbs(plan, problem, i, -slack);
    RowReader row = worker.other;
    if (g == null) {
      kernels.fill(0, worker.spare, worker.secondAt, n);
    } else {
      row.read(g, problem, i);
    }
    kernels.gradientRow(
        1,
        q.segment,
        q.at,
        g == null ? worker.spare : row.segment,
        g == null ? worker.secondAt : row.at,
        0,
        0,
        y.segment,
        y.at(problem),
        worker.spare,
        worker.firstAt,
        n);
    return kernels.sum(worker.spare, worker.firstAt, n) / q.sum;
  }

  /** Entry by entry down the column: empty columns are few, and nothing hot is here. */
  private double emptyColumn(int problem, int j, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < m; i++) {
      if (a.get(problem, i) > 0 && f.get(problem, i) > Double.NEGATIVE_INFINITY) {
        top = Math.max(top, f.get(problem, i) - cost(problem, i, j, worker));
      }
    }
    if (top == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    double weights = 0;
    double sum = 0;
    for (int i = 0; i < m; i++) {
      if (a.get(problem, i) > 0 && f.get(problem, i) > Double.NEGATIVE_INFINITY) {
        double slack = f.get(problem, i) - cost(problem, i, j, worker);
        double q = Math.exp((slack - top) * inverse);
        if (q > 0) {
          weights += q;
          sum += q * (loss(problem, i, j, worker) - x.get(problem, i));
        }
      }
    }
    return sum / weights;
  }

  private double cost(int problem, int i, int j, Worker worker) {
    RowReader row = worker.cost;
    row.read(plan.cost(), problem, i);
    double alpha = HostBuffer.of(plan.rowAnchor()).get(problem, i);
    double beta = HostBuffer.of(plan.columnAnchor()).get(problem, j);
    return (row.segment.get(Layouts.F64, row.at + 8L * j) - alpha) - beta;
  }

  private double loss(int problem, int i, int j, Worker worker) {
    if (g == null) {
      return 0;
    }
    RowReader row = worker.other;
    row.read(g, problem, i);
    return row.segment.get(Layouts.F64, row.at + 8L * j);
  }
}
