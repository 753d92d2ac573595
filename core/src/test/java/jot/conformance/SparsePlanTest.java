package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.SparsePlan;
import jot.conformance.Problems.Case;
import jot.geometry.PointCloud;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plan's entries above a threshold are those of the plan. */
@Tag("rounding")
class SparsePlanTest {

  private static final int M = 40;
  private static final int N = 33;

  private final Random random = new Random(51);
  private final double[][] x = Problems.points(random, M, 2);
  private final double[][] y = Problems.points(random, N, 2);

  private static Sinkhorn sinkhorn(double epsilon) {
    return Sinkhorn.builder().epsilon(epsilon).tolerance(1e-9).build();
  }

  private static void assertHoldsEntries(SparsePlan sparse, double[][] plan, double threshold) {
    int k = 0;
    double mass = 0;
    assertThat(sparse.rows()).isEqualTo(plan.length);
    for (int i = 0; i < plan.length; i++) {
      assertThat(sparse.rowStart(i)).isEqualTo(k);
      for (int j = 0; j < plan[i].length; j++) {
        if (plan[i][j] >= threshold) {
          assertThat(sparse.column(k)).isEqualTo(j);
          assertThat(sparse.value(k)).isEqualTo(plan[i][j]);
          mass += plan[i][j];
          k++;
        }
      }
    }
    assertThat(sparse.size()).isEqualTo(k);
    assertThat(sparse.rowStart(plan.length)).isEqualTo(k);
    assertThat(Math.abs(sparse.mass() - mass)).isLessThan(1e-14);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-30, 1e-12, 1e-6, 1e-3, 1})
  void entries_of_a_dense_problem_are_those_of_its_plan(double threshold) {
    Problem problem = Problem.of(Answer.tensor(Problems.squaredDistances(x, y)));
    try (Solution s = sinkhorn(1e-3).solve(problem)) {
      assertHoldsEntries(s.sparsePlan(threshold), s.plan().toMatrix(), threshold);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-30, 1e-12, 1e-6, 1e-3, 1})
  void entries_of_a_point_cloud_are_those_of_its_plan(double threshold) {
    Problem problem = Problem.of(new PointCloud(Answer.tensor(x), Answer.tensor(y)));
    try (Solution s = sinkhorn(1e-3).solve(problem)) {
      assertHoldsEntries(s.sparsePlan(threshold), s.plan().toMatrix(), threshold);
    }
  }

  @Test
  void every_problem_of_a_batch_has_its_own_entries() {
    double[][] first = Problems.squaredDistances(x, y);
    double[][] second = Matrices.map(first, c -> 1 - c);
    try (Solution s = sinkhorn(1e-2).solve(Problem.of(Answer.batch(first, second)))) {
      for (int problem = 0; problem < 2; problem++) {
        assertHoldsEntries(s.sparsePlan(problem, 1e-5), s.plan().problem(problem).toMatrix(), 1e-5);
      }
      assertThatThrownBy(() -> s.sparsePlan(1e-5)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void few_entries_count_at_a_small_epsilon() {
    Case p =
        SmallEpsilonCases.at(
            SmallEpsilonCases.dirichlet(random, SmallEpsilonCases.points(random, 64)), 1e-4);
    try (Solution s = sinkhorn(p.epsilon()).solve(Answer.problem(p))) {
      SparsePlan sparse = s.sparsePlan(1e-12);
      assertThat(sparse.size()).isBetween(64, 64 * 10);
      assertThat(Math.abs(sparse.mass() - 1)).isLessThan(1e-8);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
  void a_threshold_that_is_none_is_refused(double threshold) {
    Problem problem = Problem.of(Answer.tensor(Problems.squaredDistances(x, y)));
    try (Solution s = sinkhorn(0.1).solve(problem)) {
      assertThatThrownBy(() -> s.sparsePlan(threshold))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("threshold: expected");
    }
  }
}
