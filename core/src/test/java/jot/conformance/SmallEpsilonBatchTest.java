package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.conformance.Problems.Case;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** At a small ε too a problem of a batch has the bits it has alone: no tolerance anywhere. */
class SmallEpsilonBatchTest {

  private static final int M = 70;
  private static final int N = 75;
  private static final double[] RELATIVE = {1e-4, 0.1, 1e-3, 1e-2, 3e-4};

  private final Random random = new Random(61);
  private final Case[] cases = new Case[RELATIVE.length];
  private final double[][][] gradients = new double[RELATIVE.length][][];

  SmallEpsilonBatchTest() {
    for (int k = 0; k < cases.length; k++) {
      Case p = SmallEpsilonCases.uniformCost(random, M, N);
      cases[k] = SmallEpsilonCases.at(SmallEpsilonCases.dirichlet(random, p), RELATIVE[k]);
      gradients[k] = Matrices.gaussian(random, M, N);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "NEWTON"})
  void one_problem_of_a_batch_has_the_bits_it_has_alone(Solver solver) {
    Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(1).tolerance(1e-9).solver(solver).build();
    try (Solution s = sinkhorn.solve(Answer.together(cases))) {
      assertThat(s.converged()).isTrue();
      var all = s.vjp(Answer.batch(gradients));
      for (int k = 0; k < cases.length; k++) {
        double[][] w = gradients[k];
        Problem alone = Answer.problem(cases[k]).epsilon(cases[k].epsilon());
        BatchTest.assertSameBits(
            Answer.of(s, k, Answer.Gradient.of(all, k)), Answer.solve(sinkhorn, alone, plan -> w));
      }
    }
  }
}
