package jot.conformance;

/** Plans and values that have a formula: MATH.md 5. */
final class ClosedForms {

  private ClosedForms() {}

  /** P11 of a 2×2 problem of mass 1 with first marginals a1 and b1. */
  static double twoByTwo(double[][] c, double a1, double b1, double epsilon) {
    double omega = Math.exp(-(c[0][0] + c[1][1] - c[0][1] - c[1][0]) / epsilon);
    double t = 1 + (omega - 1) * (a1 + b1);
    return 2 * omega * a1 * b1 / (t + Math.sqrt(t * t - 4 * omega * (omega - 1) * a1 * b1));
  }

  /** H = 1/Σ(1/P_ij), by which every derivative of a 2×2 plan is given. */
  static double harmonic(double[][] p) {
    return 1 / (1 / p[0][0] + 1 / p[0][1] + 1 / p[1][0] + 1 / p[1][1]);
  }

  /**
   * The plan of sorted points under a strictly convex cost as ε → 0: the north-west-corner rule.
   */
  static double[][] northWestCorner(double[] a, double[] b) {
    double[][] p = new double[a.length][b.length];
    double[] left = b.clone();
    int j = 0;
    for (int i = 0; i < a.length; i++) {
      double rest = a[i];
      while (j < b.length && rest > 0) {
        p[i][j] = Math.min(rest, left[j]);
        rest -= p[i][j];
        left[j] -= p[i][j];
        if (left[j] <= 0 && j < b.length - 1) {
          j++;
        } else if (rest > 0 && j == b.length - 1) {
          break;
        }
      }
    }
    return p;
  }

  /**
   * The value in KL form between one-dimensional Gaussians under |x−y|² (Janati et al. 2020).
   *
   * @param variance0 variance A of the first, {@code variance1} B of the second
   */
  static double gaussian(
      double mean0, double variance0, double mean1, double variance1, double epsilon) {
    double s2 = epsilon / 2; // σ²
    double d = Math.sqrt(4 * variance0 * variance1 + s2 * s2);
    double shift = (mean0 - mean1) * (mean0 - mean1);
    return shift + variance0 + variance1 - d + s2 * (1 - Math.log(2 * s2)) + s2 * Math.log(d + s2);
  }
}
