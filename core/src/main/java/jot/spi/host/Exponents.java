package jot.spi.host;

import jot.spi.MatrixSource;

/** How large the exponents (f_i + g_j − c_ij)/ε of a plan can be. */
final class Exponents {
  /**
   * Below it, whatever the rounding, an exponential is a normal number of F64: ln 2¹⁰²² = 708.4.
   */
  private static final double NORMAL = 700;

  private Exponents() {}

  /**
   * Whether the exponentials of the rows from first to end that have a potential are normal
   * numbers, as {@link RowKernels#gibbsInRange} wants them: false where that is not known.
   */
  static boolean areInRange(
      MatrixSource.Gibbs plan, int problem, int first, int end, RowKernels kernels) {
    Inspected inspected = HostBuffer.of(plan.rowAnchor()).inspected;
    HostBuffer g = HostBuffer.of(plan.g());
    return inspected != null
        && inspected.finiteCost[problem]
        && !HostBuffer.of(plan.columnAnchor()).mayBeNonZero(problem)
        && largest(plan, problem, first, end, kernels) <= NORMAL
        && kernels.findBad(g.segment, g.at(problem), true, g.columns()) < 0;
  }

  /** {@link #largest(MatrixSource.Gibbs, int, int, int, RowKernels)} of all rows. */
  static double largest(MatrixSource.Gibbs plan, int problem, RowKernels kernels) {
    return largest(plan, problem, 0, plan.f().columns(), kernels);
  }

  /** (max |c| + max |f| + max |g|)/ε of what is finite; +∞ where the costs were not inspected. */
  private static double largest(
      MatrixSource.Gibbs plan, int problem, int first, int end, RowKernels kernels) {
    Inspected inspected = HostBuffer.of(plan.rowAnchor()).inspected;
    if (inspected == null) {
      return Double.POSITIVE_INFINITY;
    }
    HostBuffer f = HostBuffer.of(plan.f());
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    double size =
        inspected.largestCost[problem]
            + kernels.maxAbsFinite(f.segment, f.at(problem) + 8L * first, 0, end - first)
            + kernels.maxAbsFinite(g.segment, g.at(problem), 0, g.columns());
    return size / epsilon;
  }
}
