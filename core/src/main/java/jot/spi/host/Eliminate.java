package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/**
 * {@link jot.spi.Session#eliminate}: the Laplacian's weights w_jk = Σ_i P_ij P_ik/r_i above the
 * diagonal, then one vertex after the other: its pivot is the sum of its remaining weights
 * (Grassmann, Taksar and Heyman's idea for Markov chains), and its neighbours gain w_kj w_kl/pivot.
 * Sums of positive numbers throughout, so every entry keeps its relative accuracy.
 */
final class Eliminate extends HostOp {
  private MatrixSource plan;
  private HostBuffer rowSums;
  private HostBuffer columnSums;
  private HostBuffer factor;
  private HostBuffer components;

  @SuppressWarnings("NullAway.Init")
  Eliminate(HostSession session) {
    super(session);
  }

  Eliminate with(
      MatrixSource plan, Buffer rowSums, Buffer columnSums, Buffer factor, Buffer components) {
    this.plan = plan;
    this.rowSums = HostBuffer.of(rowSums);
    this.columnSums = HostBuffer.of(columnSums);
    this.factor = HostBuffer.of(factor);
    this.components = HostBuffer.of(components);
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
    for (int j = 0; j < n; j++) {
      kernels.fill(0, factor.segment, factor.at(problem, j), n);
    }
    for (int i = 0; i < m; i++) {
      double r = rowSums.get(problem, i);
      if (r > 0) {
        RowReader p = worker.plan;
        p.read(plan, problem, i);
        for (int j = 0; j < n - 1; j++) {
          double weight = p.segment.get(Layouts.F64, p.at + 8L * j);
          if (weight > 0) {
            addRight(problem, j, weight / r, p);
          }
        }
      }
    }
    int found = 0;
    for (int k = 0; k < n; k++) {
      found += vertex(problem, k);
    }
    components.set(problem, 0, found);
  }

  /** Adds a row's products to the weights right of the diagonal of row j. */
  private void addRight(int problem, int j, double factorOfRow, RowReader p) {
    kernels.axpy(
        factorOfRow,
        p.segment,
        p.at + 8L * (j + 1),
        factor.segment,
        factor.at(problem, j) + 8L * (j + 1),
        n - j - 1);
  }

  /** Eliminates vertex k; 1 when it was the last of a component, else 0. */
  private int vertex(int problem, int k) {
    int right = n - k - 1;
    long row = factor.at(problem, k) + 8L * (k + 1);
    double pivot = right == 0 ? 0 : kernels.sum(factor.segment, row, right);
    factor.segment.set(Layouts.F64, row - 8, pivot);
    if (!(pivot > 0)) {
      return columnSums.get(problem, k) > 0 ? 1 : 0;
    }
    for (int j = k + 1; j < n - 1; j++) {
      double weight = factor.segment.get(Layouts.F64, row + 8L * (j - k - 1));
      if (weight > 0) {
        kernels.axpy(
            weight / pivot,
            factor.segment,
            row + 8L * (j - k),
            factor.segment,
            factor.at(problem, j) + 8L * (j + 1),
            n - j - 1);
      }
    }
    return 0;
  }
}
