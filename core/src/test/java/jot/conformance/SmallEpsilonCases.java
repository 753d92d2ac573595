package jot.conformance;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import jot.conformance.Problems.Case;

/** Problems with a small ε: the kinds that sweeps and cold Newton steps are known to fail on. */
final class SmallEpsilonCases {

  private SmallEpsilonCases() {}

  /** A problem and what to call it. */
  record Named(String name, Case problem) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What must converge, at two relative ε where the kind has a free one. */
  static Stream<Named> hard() {
    return Stream.concat(
        Stream.of(1e-3, 1e-4)
            .flatMap(
                relative ->
                    Stream.of(
                        named("clustered points", relative, clustered(new Random(1), 96)),
                        named("duplicate points", relative, duplicates(new Random(2), 24, 4)),
                        named("integer costs with ties", relative, integers(new Random(3), 64)),
                        named("wide weights", relative, wideWeights(new Random(4), 64)),
                        named("tiny costs", relative, scaled(1e-8)),
                        named("huge costs", relative, scaled(1e8)),
                        named("one row", relative, uniformCost(new Random(6), 1, 50)),
                        named("one column", relative, uniformCost(new Random(7), 50, 1)),
                        named("2000 × 3", relative, uniformCost(new Random(8), 2000, 3)),
                        named("one heavy row", relative, heavyRow(new Random(9), 48)),
                        named("near a permutation", relative, uniformCost(new Random(10), 96)))),
        Stream.of(1e-4, 1e-10, 1e-14)
            .map(
                off ->
                    new Named(
                        "permutation, " + off + " beside it",
                        Planted.permutation(new Random(11), 48, off).problem())));
  }

  private static Named named(String name, double relative, Case problem) {
    return new Named(name + ", ε " + relative, at(problem, relative));
  }

  /** With ε this fraction of the largest cost. */
  static Case at(Case problem, double relative) {
    return problem.withEpsilon(relative * Matrices.maxAbs(problem.cost()));
  }

  static Case points(Random random, int n) {
    return cloud(Problems.points(random, n, 2), Problems.points(random, n, 2));
  }

  static Case uniformCost(Random random, int n) {
    return uniformCost(random, n, n);
  }

  static Case uniformCost(Random random, int m, int n) {
    return uniformWeights(Matrices.of(m, n, (i, j) -> random.nextDouble()));
  }

  /** The same with weights drawn evenly from the simplex. */
  static Case dirichlet(Random random, Case problem) {
    return problem.withWeights(
        weights(problem.rows(), i -> exponential(random)),
        weights(problem.columns(), j -> exponential(random)));
  }

  private static double exponential(Random random) {
    return -Math.log(1 - random.nextDouble());
  }

  private static double[] weights(int n, IntToDoubleFunction weight) {
    double[] w = new double[n];
    Arrays.setAll(w, weight);
    return Problems.normalised(w, 1);
  }

  private static Case uniformWeights(double[][] cost) {
    return new Case(cost, Problems.uniform(cost.length), Problems.uniform(cost[0].length), 1);
  }

  private static Case cloud(double[][] x, double[][] y) {
    return uniformWeights(Problems.squaredDistances(x, y));
  }

  /** Eight clusters a thousandth wide, the same for both sides. */
  private static Case clustered(Random random, int n) {
    double[][] centres = Problems.points(random, 8, 2);
    return cloud(near(random, centres, n), near(random, centres, n));
  }

  private static double[][] near(Random random, double[][] centres, int n) {
    return Matrices.of(
        n, 2, (i, k) -> centres[i % centres.length][k] + 1e-3 * random.nextGaussian());
  }

  private static Case duplicates(Random random, int n, int copies) {
    double[][] x = Problems.points(random, n, 2);
    double[][] y = Problems.points(random, n, 2);
    return cloud(
        Matrices.of(n * copies, 2, (i, k) -> x[i / copies][k]),
        Matrices.of(n * copies, 2, (i, k) -> y[i % n][k]));
  }

  private static Case integers(Random random, int n) {
    return uniformWeights(Matrices.of(n, n, (i, j) -> random.nextInt(10)));
  }

  /** Weights from 1e-12 to 1, on both sides. */
  private static Case wideWeights(Random random, int n) {
    double[] a = weights(n, i -> Math.pow(10, -12.0 * i / (n - 1)));
    double[] b = weights(n, j -> Math.pow(10, -12 * random.nextDouble()));
    return points(random, n).withWeights(a, b);
  }

  private static Case scaled(double factor) {
    Case problem = points(new Random(5), 64);
    return problem.withCost(Matrices.map(problem.cost(), c -> factor * c));
  }

  /** One row has all but a millionth of the mass. */
  private static Case heavyRow(Random random, int n) {
    double[] a = Matrices.filled(n, 1e-6 / (n - 1));
    a[n / 3] = 1 - 1e-6;
    return points(random, n).withWeights(a, Problems.uniform(n));
  }
}
