package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.Random;
import jot.Gradients;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.conformance.Problems.Case;
import org.junit.jupiter.api.Test;

/** The estimated error of ∂C, against its true error, over problems that were stopped early. */
class ErrorEstimateTest {

  private static final int PROBLEMS = 200;

  @Test
  void estimates_are_within_ten_times_of_the_truth_and_mostly_available() {
    Random random = new Random(41);
    int available = 0;
    for (int k = 0; k < PROBLEMS; k++) {
      int m = random.nextInt(2, 25);
      int n = random.nextInt(2, 25);
      Case p = Problems.random(random, m, n, Math.pow(10, random.nextDouble(-2.5, 0)));
      double[][] w = Matrices.gaussian(random, m, n);
      Sinkhorn stopped =
          Sinkhorn.builder()
              .epsilon(p.epsilon())
              .solver(Solver.LOG)
              .maxIterations(random.nextInt(1, 20))
              .build();
      try (Solution s = stopped.solve(Answer.problem(p))) {
        Gradients gradients = s.vjp(Answer.tensor(w));
        OptionalDouble estimate = gradients.costError();
        if (estimate.isEmpty()) {
          continue;
        }
        available++;
        Oracle.Backward exact = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon()).backward(w);
        double truth =
            Matrices.maxDifference(gradients.cost().problem(0).toMatrix(), exact.costValues());
        double rounding = 1e-12 * Matrices.maxAbs(exact.costValues());
        assertThat(estimate.getAsDouble())
            .as("problem %s, %s×%s, ε %s, residual %s", k, m, n, p.epsilon(), s.residual())
            .isBetween(truth / 10 - rounding, 10 * truth + rounding);
      }
    }
    assertThat(available).isGreaterThan(PROBLEMS * 2 / 3);
  }

  @Test
  void there_is_no_estimate_where_none_was_asked_for() {
    Case p = Problems.random(new Random(42), 8, 6, 0.1);
    Sinkhorn without = Sinkhorn.builder().epsilon(p.epsilon()).errorEstimate(false).build();
    try (Solution s = without.solve(Answer.problem(p))) {
      assertThat(s.sharpCostGradient().costError()).isEmpty();
    }
  }

  @Test
  void there_is_no_estimate_without_a_linear_solve() {
    Case p = Problems.random(new Random(43), 8, 6, 0.1);
    try (Solution s = Sinkhorn.builder().epsilon(p.epsilon()).build().solve(Answer.problem(p))) {
      assertThat(s.entropicCostGradient().costError()).isEmpty();
    }
  }
}
