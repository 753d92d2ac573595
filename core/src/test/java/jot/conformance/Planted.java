package jot.conformance;

import java.util.Arrays;
import java.util.Random;

/**
 * A problem made around its answer: choose f, g and P &gt; 0, set C = f⊕g − ε log P; then P is the
 * exact plan of its own marginals at that ε. What counts is the oracle's plan at (C, f, g), which
 * differs from the chosen one by the rounding of C alone.
 *
 * @param blocks whether rows have several large entries
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Planted(double[][] cost, double[] f, double[] g, double epsilon, boolean blocks) {

  private static final double EPSILON = 0.05;

  /**
   * Spread of f/ε and g/ε. A cold start leaves what the sweeps have not yet moved, off-diagonal
   * mass times the error of the potentials; with this spread it is below 1e-9 at an off-diagonal of
   * 1e-10.
   */
  private static final double SHIFT = 0.3;

  @Override
  public String toString() {
    return f.length + "×" + g.length;
  }

  Oracle oracle() {
    return Oracle.at(cost, f, g, epsilon);
  }

  double[] a() {
    return DoubleDouble.values(oracle().rowSums());
  }

  double[] b() {
    return DoubleDouble.values(oracle().columnSums());
  }

  Problems.Case problem() {
    return new Problems.Case(cost, a(), b(), epsilon);
  }

  static Planted of(Random random, double[][] plan, double shift) {
    return of(random, plan, shift, false);
  }

  private static Planted of(Random random, double[][] plan, double shift, boolean blocks) {
    double[] f = new double[plan.length];
    double[] g = new double[plan[0].length];
    Arrays.setAll(f, i -> shift * EPSILON * random.nextGaussian());
    Arrays.setAll(g, j -> shift * EPSILON * random.nextGaussian());
    double[][] cost =
        Matrices.of(f.length, g.length, (i, j) -> f[i] + g[j] - EPSILON * Math.log(plan[i][j]));
    return new Planted(cost, f, g, EPSILON, blocks);
  }

  /** A random permutation; every other entry has about {@code off} of a row's mass. */
  static Planted permutation(Random random, int n, double off) {
    int[] sigma = Matrices.permutation(random, n);
    return of(
        random,
        Matrices.of(n, n, (i, j) -> (j == sigma[i] ? 1 : off) * random.nextDouble(0.3, 1) / n),
        SHIFT);
  }

  /** Blocks of this size with mass of order one inside and {@code off} outside. */
  static Planted blocks(Random random, int n, int size, double off) {
    return of(
        random,
        Matrices.of(
            n, n, (i, j) -> (i / size == j / size ? 1 : off) * random.nextDouble(0.3, 1) / n),
        SHIFT,
        true);
  }

  /** More rows than columns: several rows send nearly all their mass to the same column. */
  static Planted shared(Random random, int m, int n, double off) {
    int[] target = new int[m];
    Arrays.setAll(target, i -> i < n ? i : random.nextInt(n));
    return of(
        random,
        Matrices.of(m, n, (i, j) -> (j == target[i] ? 1 : off) * random.nextDouble(0.3, 1) / m),
        SHIFT);
  }
}
