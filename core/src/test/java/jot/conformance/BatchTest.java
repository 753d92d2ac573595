package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.geometry.PointCloud;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A problem in a batch gives the same bits as alone: no tolerance anywhere. */
@Tag("rounding")
class BatchTest {

  private static final int BATCH = 5;
  private static final int M = 9;
  private static final int N = 7;

  private final Random random = new Random(61);
  private final Problems.Case[] cases = new Problems.Case[BATCH];
  private final double[][][] gradients = new double[BATCH][][];

  /** ε from easy to hard, so that problems stop after very different numbers of sweeps. */
  BatchTest() {
    double[] relative = {3, 0.05, 0.6, 0.1, 1e6};
    for (int k = 0; k < BATCH; k++) {
      cases[k] = Problems.random(random, M, N, relative[k]);
      gradients[k] = Matrices.gaussian(random, M, N);
    }
  }

  private interface Part {
    double[][] of(Problems.Case p);
  }

  private double[][][] all(Part part) {
    double[][][] x = new double[BATCH][][];
    for (int k = 0; k < BATCH; k++) {
      x[k] = part.of(cases[k]);
    }
    return x;
  }

  private double[] epsilons() {
    double[] e = new double[BATCH];
    for (int k = 0; k < BATCH; k++) {
      e[k] = cases[k].epsilon();
    }
    return e;
  }

  private Problem batch() {
    return Answer.together(cases);
  }

  private static Sinkhorn sinkhorn(Solver solver, LinearSolver linear) {
    return Sinkhorn.builder()
        .epsilon(1)
        .tolerance(1e-11)
        .solver(solver)
        .linearSolver(linear)
        .build();
  }

  static void assertSameBits(Answer actual, Answer expected) {
    assertThat(actual.plan()).isDeepEqualTo(expected.plan());
    assertThat(actual.f()).isEqualTo(expected.f());
    assertThat(actual.g()).isEqualTo(expected.g());
    assertThat(actual.status()).isEqualTo(expected.status());
    assertThat(actual.residual()).isEqualTo(expected.residual());
    assertThat(actual.iterations()).isEqualTo(expected.iterations());
    assertThat(actual.sharp()).isEqualTo(expected.sharp());
    assertThat(actual.entropic()).isEqualTo(expected.entropic());
    assertThat(actual.kl()).isEqualTo(expected.kl());
    assertThat(actual.gradients().cost()).isDeepEqualTo(expected.gradients().cost());
    assertThat(actual.gradients().a()).isEqualTo(expected.gradients().a());
    assertThat(actual.gradients().b()).isEqualTo(expected.gradients().b());
    assertThat(actual.gradients().mass()).isEqualTo(expected.gradients().mass());
    assertThat(actual.gradients().epsilon()).isEqualTo(expected.gradients().epsilon());
  }

  @ParameterizedTest
  @CsvSource({
    "LOG,DENSE",
    "LOG,CG",
    "LOG,CHOLESKY",
    "SCALING,DENSE",
    "SCALING,CG",
    "SCALING,CHOLESKY",
    "AUTO,AUTO"
  })
  void one_problem_of_a_batch_has_the_bits_it_has_alone(Solver solver, LinearSolver linear) {
    Sinkhorn sinkhorn = sinkhorn(solver, linear);
    try (Solution s = sinkhorn.solve(batch())) {
      var all = s.vjp(Answer.batch(gradients));
      for (int k = 0; k < BATCH; k++) {
        Answer together = Answer.of(s, k, Answer.Gradient.of(all, k));
        double[][] w = gradients[k];
        Problem alone = Answer.problem(cases[k]).epsilon(cases[k].epsilon());
        assertSameBits(together, Answer.solve(sinkhorn, alone, plan -> w));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void problems_of_a_batch_stop_each_on_its_own(Solver solver) {
    try (Solution s = sinkhorn(solver, LinearSolver.AUTO).solve(batch())) {
      assertThat(s.converged()).isTrue();
      assertThat(s.iterations(4)).isLessThan(s.iterations(1));
      for (int k = 0; k < BATCH; k++) {
        assertThat(s.residual(k)).isLessThanOrEqualTo(1e-11);
      }
    }
  }

  @Test
  void sharp_and_danskin_gradients_of_a_batch_have_the_bits_they_have_alone() {
    Sinkhorn sinkhorn = sinkhorn(Solver.LOG, LinearSolver.DENSE);
    try (Solution s = sinkhorn.solve(batch())) {
      for (int k = 0; k < BATCH; k++) {
        Problem problem = Answer.problem(cases[k]).epsilon(cases[k].epsilon());
        try (Solution alone = sinkhorn.solve(problem)) {
          assertThat(Answer.Gradient.of(s.sharpCostGradient(), k).cost())
              .isDeepEqualTo(Answer.Gradient.of(alone.sharpCostGradient()).cost());
          assertThat(Answer.Gradient.of(s.entropicCostGradient(), k).a())
              .isEqualTo(Answer.Gradient.of(alone.entropicCostGradient()).a());
        }
      }
    }
  }

  @Test
  void one_pair_of_weights_serves_the_whole_batch() {
    double[] a = cases[0].a();
    double[] b = cases[0].b();
    Sinkhorn sinkhorn = sinkhorn(Solver.LOG, LinearSolver.DENSE);
    Problem shared =
        Problem.of(Answer.batch(all(Problems.Case::cost)))
            .weights(Answer.vector(a), Answer.vector(b))
            .epsilon(epsilons());
    try (Solution s = sinkhorn.solve(shared)) {
      for (int k = 0; k < BATCH; k++) {
        Problem alone = Answer.problem(cases[k].withWeights(a, b)).epsilon(cases[k].epsilon());
        try (Solution one = sinkhorn.solve(alone)) {
          assertThat(s.plan().problem(k).toMatrix()).isDeepEqualTo(one.plan().toMatrix());
        }
      }
    }
  }

  @Test
  void one_cloud_of_a_batch_has_the_bits_it_has_alone() {
    double[][][] x = new double[BATCH][][];
    double[][][] y = new double[BATCH][][];
    for (int k = 0; k < BATCH; k++) {
      x[k] = Problems.points(random, M, 3);
      y[k] = Problems.points(random, N, 3);
    }
    Sinkhorn sinkhorn =
        Sinkhorn.builder().epsilon(0.1).tolerance(1e-11).linearSolver(LinearSolver.CG).build();
    Problem together = Problem.of(new PointCloud(Answer.batch(x), Answer.batch(y)));
    try (Solution s = sinkhorn.solve(together)) {
      var all = s.vjp(Answer.batch(gradients)).positions();
      for (int k = 0; k < BATCH; k++) {
        Problem alone = Problem.of(new PointCloud(Answer.tensor(x[k]), Answer.tensor(y[k])));
        try (Solution one = sinkhorn.solve(alone)) {
          var positions = one.vjp(Answer.tensor(gradients[k])).positions();
          assertThat(s.plan().problem(k).toMatrix()).isDeepEqualTo(one.plan().toMatrix());
          assertThat(all.x().problem(k).toMatrix()).isDeepEqualTo(positions.x().toMatrix());
          assertThat(all.y().problem(k).toMatrix()).isDeepEqualTo(positions.y().toMatrix());
        }
      }
    }
  }

  @Test
  void an_infeasible_problem_leaves_its_neighbours_alone() {
    double[][][] costs = all(p -> Matrices.copy(p.cost()));
    java.util.Arrays.fill(costs[2][3], Double.POSITIVE_INFINITY);
    Sinkhorn sinkhorn = sinkhorn(Solver.AUTO, LinearSolver.AUTO);
    try (Solution broken = sinkhorn.solve(Problem.of(Answer.batch(costs)).epsilon(epsilons()));
        Solution whole =
            sinkhorn.solve(
                Problem.of(Answer.batch(all(Problems.Case::cost))).epsilon(epsilons()))) {
      assertThat(broken.status(2)).isEqualTo(jot.Status.INFEASIBLE);
      assertThat(broken.status()).isEqualTo(jot.Status.INFEASIBLE);
      for (int k : new int[] {0, 1, 3, 4}) {
        assertThat(broken.plan().problem(k).toMatrix())
            .isDeepEqualTo(whole.plan().problem(k).toMatrix());
      }
    }
  }
}
