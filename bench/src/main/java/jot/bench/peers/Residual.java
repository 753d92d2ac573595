package jot.bench.peers;

import jot.tensor.Tensor;

/** Judges what a system returned, by the same sums for all of them. */
final class Residual {

  private Residual() {}

  /**
   * Σ|P1 − a| + Σ|Pᵀ1 − b|, relative to the mass 1, the worst of a batch; NaN where a number of the
   * plan is.
   */
  static double of(Tensor plan, Tensor a, Tensor b) {
    double worst = 0;
    for (int problem = 0; problem < plan.batch(); problem++) {
      double residual = of(plan.problem(problem), a, b, problem);
      worst = residual > worst || Double.isNaN(residual) ? residual : worst;
    }
    return Double.isFinite(worst) ? worst : Double.NaN;
  }

  private static double of(Tensor plan, Tensor a, Tensor b, int problem) {
    int m = plan.rows();
    int n = plan.cols();
    double[] columns = new double[n];
    double residual = 0;
    for (int i = 0; i < m; i++) {
      double row = 0;
      for (int j = 0; j < n; j++) {
        double p = plan.getFlat((long) i * n + j);
        row += p;
        columns[j] += p;
      }
      residual += Math.abs(row - a.getFlat((long) problem * m + i));
    }
    for (int j = 0; j < n; j++) {
      residual += Math.abs(columns[j] - b.getFlat((long) problem * n + j));
    }
    return residual;
  }

  /** Largest difference of an entry, relative to the largest entry of {@code expected}. */
  static double difference(Tensor gradient, Tensor expected) {
    double difference = 0;
    double largest = 0;
    for (long k = 0; k < expected.shape().elements(); k++) {
      double error = Math.abs(gradient.getFlat(k) - expected.getFlat(k));
      if (Double.isNaN(error)) {
        return Double.NaN;
      }
      difference = Math.max(difference, error);
      largest = Math.max(largest, Math.abs(expected.getFlat(k)));
    }
    return largest == 0 ? difference : difference / largest;
  }
}
