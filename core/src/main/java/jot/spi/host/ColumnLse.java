package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.MatrixSource;

/**
 * log-sum-exp of the columns in two row-major passes: the maxima, then the sums of what is left.
 * Both {@link ColumnUpdate} and the columns that {@link Sweep} has to redo are made of these.
 */
final class ColumnLse {
  private final HostSession session;
  private final Partials tops;
  private final Partials sums;

  ColumnLse(HostSession session) {
    this.session = session;
    tops = new Partials(session, session.columns());
    sums = new Partials(session, session.columns());
  }

  /** First pass of a block: tops_j ← max_i f_i − c_ij. */
  void raise(
      MatrixSource.Gibbs plan,
      HostBuffer f,
      int problem,
      int block,
      int first,
      int end,
      Worker worker) {
    tops.fill(problem, block, Double.NEGATIVE_INFINITY);
    raiseInto(plan, f, problem, first, end, worker, tops.segment, tops.at(problem, block));
  }

  /** Raises tops that lie elsewhere by the rows [first, end). */
  void raiseInto(
      MatrixSource.Gibbs plan,
      HostBuffer f,
      int problem,
      int first,
      int end,
      Worker worker,
      MemorySegment top,
      long topAt) {
    HostBuffer beta = HostBuffer.of(plan.columnAnchor());
    for (int i = first; i < end; i++) {
      double fi = f.get(problem, i);
      if (fi > Double.NEGATIVE_INFINITY) {
        RowReader row = worker.cost;
        row.read(plan.cost(), problem, i);
        session
            .kernels()
            .raiseTops(
                row.segment,
                row.at,
                HostBuffer.of(plan.rowAnchor()).get(problem, i),
                beta.segment,
                beta.at(problem),
                fi,
                top,
                topAt,
                session.columns());
      }
    }
  }

  /** Between the passes: the maxima over all blocks, into the first. */
  void combineTops(int problem) {
    for (int block = 1; block < session.blocks(); block++) {
      for (int j = 0; j < session.columns(); j++) {
        if (tops.get(problem, block, j) > tops.get(problem, 0, j)) {
          tops.set(problem, 0, j, tops.get(problem, block, j));
        }
      }
    }
  }

  /** Second pass of a block: sums_j ← Σ_i exp((f_i − c_ij − top_j)/ε). */
  void add(
      MatrixSource.Gibbs plan,
      HostBuffer f,
      int problem,
      int block,
      int first,
      int end,
      Worker worker) {
    HostBuffer beta = HostBuffer.of(plan.columnAnchor());
    double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      double fi = f.get(problem, i);
      if (fi > Double.NEGATIVE_INFINITY) {
        RowReader row = worker.cost;
        row.read(plan.cost(), problem, i);
        session
            .kernels()
            .addColumnExp(
                row.segment,
                row.at,
                HostBuffer.of(plan.rowAnchor()).get(problem, i),
                beta.segment,
                beta.at(problem),
                fi,
                tops.segment,
                tops.at(problem, 0),
                inverse,
                sums.segment,
                sums.at(problem, block),
                session.columns());
      }
    }
  }

  /** The potential that makes b the largest entry of column j, after the first pass. */
  double bound(int problem, int j, double b, double epsilon) {
    double top = tops.get(problem, 0, j);
    if (b <= 0 || top == Double.NEGATIVE_INFINITY) {
      return Double.NEGATIVE_INFINITY;
    }
    return -top + epsilon * Math.log(b);
  }

  /** The potential that gives column j the mass b, after both passes over all blocks. */
  double potential(int problem, int j, double b, double epsilon) {
    double top = tops.get(problem, 0, j);
    if (b <= 0 || top == Double.NEGATIVE_INFINITY) {
      return Double.NEGATIVE_INFINITY;
    }
    return -top + epsilon * (Math.log(b) - Math.log(sums.sum(problem, j)));
  }
}
