package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jot.Gradients;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Whatever the scales, zero weights and forbidden pairs: nothing that comes out is ever NaN. */
class NeverNanProperties {

  @Property(tries = 300)
  void nothing_that_comes_out_is_nan(
      @ForAll @IntRange(min = 1, max = 9) int m,
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @DoubleRange(min = -90, max = 90) double logCost,
      @ForAll @DoubleRange(min = -5, max = 5) double logRelativeEpsilon,
      @ForAll @DoubleRange(min = -60, max = 60) double logMass,
      @ForAll @DoubleRange(min = 0, max = 0.5) double forbidden,
      @ForAll @DoubleRange(min = 0, max = 0.5) double empty,
      @ForAll Solver solver,
      @ForAll LinearSolver linear,
      @ForAll long seed) {
    Random random = new Random(seed);
    double size = Math.pow(10, logCost);
    double[][] cost =
        Matrices.of(
            m,
            n,
            (i, j) ->
                random.nextDouble() < forbidden
                    ? Double.POSITIVE_INFINITY
                    : size * random.nextDouble(-1, 1));
    double mass = Math.pow(10, logMass);
    double[] a = Problems.normalised(weights(random, m, empty), mass);
    double[] b = Problems.normalised(weights(random, n, empty), mass);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(size * Math.pow(10, logRelativeEpsilon))
            .maxIterations(200)
            .solver(solver)
            .linearSolver(linear)
            .build();
    Problems.Case p = new Problems.Case(cost, a, b, 1);
    try (Solution s = sinkhorn.solve(Answer.problem(p))) {
      assertThat(s.plan().toArray()).as("plan").doesNotContain(Double.NaN);
      assertThat(s.f().toArray()).as("f").doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
      assertThat(s.g().toArray()).as("g").doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
      assertThat(s.residual()).as("residual").isFinite();
      assertThat(new double[] {s.sharpCost(), s.entropicCost(), s.klCost()})
          .as("values")
          .doesNotContain(Double.NaN);
      Gradients vjp = s.vjp(Answer.tensor(Matrices.gaussian(random, m, n)));
      assertNoNan("vjp", vjp);
      if (s.status() != Status.INFEASIBLE) {
        assertFinite("vjp", vjp);
        assertFinite("sharp gradient", s.sharpCostGradient());
        assertThat(new double[] {s.sharpCost(), s.entropicCost(), s.klCost()})
            .as("values")
            .doesNotContain(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
      }
      assertNoNan("sharp gradient", s.sharpCostGradient());
      assertNoNan("entropic gradient", s.entropicCostGradient());
    }
  }

  /** No plan exists, and what the iteration leaves of one has derivatives that overflow. */
  @Example
  void overflow_of_an_infeasible_problem_is_no_nan() {
    nothing_that_comes_out_is_nan(
        7, 8, -32.38, -2.18, 0, 0.34, 0.4, Solver.OVERRELAXED, LinearSolver.AUTO, 3);
    nothing_that_comes_out_is_nan(
        7, 8, -90, -0.08, 0.17, 0.42, 0.37, Solver.OVERRELAXED, LinearSolver.AUTO, 1545840810739L);
    nothing_that_comes_out_is_nan(
        3, 3, 75.05, 0.57, 60, 0.45, 0.1, Solver.NEWTON, LinearSolver.DENSE, 3928930147L);
  }

  /** Column sums so small that b over them is infinite: the steps from there on were NaN. */
  @Example
  void a_column_update_from_next_to_nothing_is_finite() {
    nothing_that_comes_out_is_nan(
        3, 7, 0, -2.06, 0, 0.32, 0.08, Solver.ANDERSON, LinearSolver.AUTO, -16095741471974L);
  }

  private static double[] weights(Random random, int n, double empty) {
    double[] w = new double[n];
    for (int k = 0; k < n; k++) {
      w[k] = random.nextDouble() < empty ? 0 : random.nextDouble(0.01, 1);
    }
    w[random.nextInt(n)] = 1;
    return w;
  }

  private static void assertFinite(String name, Gradients gradients) {
    assertNoNan(name, gradients);
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(gradients.cost().toArray()).as("%s cost", name).doesNotContain(infinity, -infinity);
    assertThat(gradients.mass()).as("%s mass", name).isFinite();
    assertThat(gradients.epsilon()).as("%s epsilon", name).isFinite();
  }

  /** Where there is no mass the entropic value's own gradient is −∞. */
  private static void assertNoNan(String name, Gradients gradients) {
    assertThat(gradients.cost().toArray()).as("%s cost", name).doesNotContain(Double.NaN);
    assertThat(gradients.a().toArray()).as("%s a", name).doesNotContain(Double.NaN);
    assertThat(gradients.b().toArray()).as("%s b", name).doesNotContain(Double.NaN);
    assertThat(gradients.mass()).as("%s mass", name).isNotNaN();
    assertThat(gradients.epsilon()).as("%s epsilon", name).isNotNaN();
  }
}
