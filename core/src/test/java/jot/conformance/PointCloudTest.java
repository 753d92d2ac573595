package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.Gradients;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A point cloud is the dense cost of the same distances, without the array. */
@Tag("rounding")
class PointCloudTest {

  private static final int M = 11;
  private static final int N = 14;

  private final Random random = new Random(101);
  private final double[][] weights = Problems.weights(random, M, N, 1);
  private final double[][] w = Matrices.gaussian(random, M, N);

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Cloud(double[][] x, double[][] y) {
    double[][] cost() {
      return Problems.squaredDistances(x, y);
    }

    PointCloud geometry() {
      return new PointCloud(Answer.tensor(x), Answer.tensor(y));
    }
  }

  private Cloud cloud(int dimensions) {
    return new Cloud(
        Problems.points(random, M, dimensions), Problems.points(random, N, dimensions));
  }

  private Problem problem(Cloud cloud) {
    return Problem.of(cloud.geometry())
        .weights(Answer.vector(weights[0]), Answer.vector(weights[1]));
  }

  private static Sinkhorn sinkhorn(Solver solver, LinearSolver linear) {
    return Answer.toTheFloor(0.2)
        .solver(solver)
        .linearSolver(linear)
        .linearTolerance(1e-14)
        .build();
  }

  @ParameterizedTest
  @CsvSource({"1,LOG,DENSE", "2,LOG,CG", "3,SCALING,DENSE", "5,SCALING,CG", "2,AUTO,AUTO"})
  void plan_values_and_gradients_are_those_of_the_dense_cost(
      int dimensions, Solver solver, LinearSolver linear) {
    Cloud cloud = cloud(dimensions);
    Sinkhorn sinkhorn = sinkhorn(solver, linear);
    Problems.Case dense = new Problems.Case(cloud.cost(), weights[0], weights[1], 0.2);
    Answer expected = Answer.solve(sinkhorn, dense, plan -> w);
    // The distances agree to a few ulps, and the exponents to that times their size over ε.
    double unit = 256 * 0x1p-53 * Matrices.maxAbs(dense.cost()) / 0.2;
    try (Solution s = sinkhorn.solve(problem(cloud))) {
      assertThat(Matrices.maxDifference(s.plan().toMatrix(), expected.plan()))
          .isLessThan(unit * Matrices.maxAbs(expected.plan()));
      assertThat(Matrices.maxDifference(s.f().toArray(), expected.f())).isLessThan(unit);
      assertThat(Matrices.maxDifference(s.g().toArray(), expected.g())).isLessThan(unit);
      assertThat(s.sharpCost()).isCloseTo(expected.sharp(), within(unit));
      assertThat(s.entropicCost()).isCloseTo(expected.entropic(), within(unit));
      assertThat(s.klCost()).isCloseTo(expected.kl(), within(unit));
      Gradients gradients = s.vjp(Answer.tensor(w));
      assertThat(Matrices.maxDifference(gradients.a().toArray(), expected.gradients().a()))
          .isLessThan(16 * unit);
      assertThat(Matrices.maxDifference(gradients.b().toArray(), expected.gradients().b()))
          .isLessThan(16 * unit);
      assertThat(gradients.mass()).isCloseTo(expected.gradients().mass(), within(16 * unit));
      assertThat(gradients.epsilon())
          .isCloseTo(expected.gradients().epsilon(), within(16 * unit / 0.2));
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "4"})
  void gradients_of_positions_are_the_chain_rule_of_the_cost_gradient(int dimensions) {
    Cloud cloud = cloud(dimensions);
    Sinkhorn sinkhorn = sinkhorn(Solver.AUTO, LinearSolver.DENSE);
    Problems.Case dense = new Problems.Case(cloud.cost(), weights[0], weights[1], 0.2);
    double[][] gradient = Answer.solve(sinkhorn, dense, plan -> w).gradients().cost();
    try (Solution s = sinkhorn.solve(problem(cloud))) {
      assertPositions(s.vjp(Answer.tensor(w)), cloud, gradient);
    }
  }

  private static void assertPositions(Gradients actual, Cloud cloud, double[][] gradient) {
    int m = cloud.x().length;
    int n = cloud.y().length;
    int dimensions = cloud.x()[0].length;
    double[][] x = new double[m][dimensions];
    double[][] y = new double[n][dimensions];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < dimensions; k++) {
          double pull = 2 * gradient[i][j] * (cloud.x()[i][k] - cloud.y()[j][k]);
          x[i][k] += pull;
          y[j][k] -= pull;
        }
      }
    }
    double unit = 1e-12 * (Matrices.maxAbs(x) + Matrices.maxAbs(y));
    assertThat(Matrices.maxDifference(actual.positions().x().toMatrix(), x)).isLessThan(unit);
    assertThat(Matrices.maxDifference(actual.positions().y().toMatrix(), y)).isLessThan(unit);
  }

  @Test
  void gradients_of_positions_of_the_values_are_the_chain_rule() {
    Cloud cloud = cloud(2);
    Sinkhorn sinkhorn = sinkhorn(Solver.AUTO, LinearSolver.DENSE);
    Problems.Case dense = new Problems.Case(cloud.cost(), weights[0], weights[1], 0.2);
    try (Solution s = sinkhorn.solve(problem(cloud));
        Solution t = sinkhorn.solve(Answer.problem(dense))) {
      assertPositions(s.sharpCostGradient(), cloud, t.sharpCostGradient().cost().toMatrix());
      assertPositions(s.entropicCostGradient(), cloud, t.plan().toMatrix());
    }
  }

  @Test
  void moving_both_clouds_together_changes_nothing() {
    Cloud cloud = cloud(3);
    Sinkhorn sinkhorn = sinkhorn(Solver.AUTO, LinearSolver.DENSE);
    try (Solution s = sinkhorn.solve(problem(cloud))) {
      Gradients gradients = s.vjp(Answer.tensor(w));
      double[] x = Matrices.columnSums(gradients.positions().x().toMatrix());
      double[] y = Matrices.columnSums(gradients.positions().y().toMatrix());
      assertThat(Matrices.maxAbs(Matrices.plus(x, 1, y))).isLessThan(1e-12);
    }
  }

  @Test
  void a_cloud_has_no_cost_gradient_and_says_where_to_look() {
    try (Solution s = sinkhorn(Solver.AUTO, LinearSolver.AUTO).solve(problem(cloud(2)))) {
      Gradients gradients = s.vjp(Answer.tensor(w));
      assertThatThrownBy(gradients::cost)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("positions()");
    }
  }

  @Test
  void a_dense_cost_has_no_positions_and_says_where_to_look() {
    Problems.Case dense = new Problems.Case(cloud(2).cost(), weights[0], weights[1], 0.2);
    try (Solution s = sinkhorn(Solver.AUTO, LinearSolver.AUTO).solve(Answer.problem(dense))) {
      Gradients gradients = s.vjp(Answer.tensor(w));
      assertThatThrownBy(gradients::positions)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("cost()");
    }
  }

  @Test
  void single_precision_points_give_single_precision_plans_near_the_double_ones() {
    Cloud cloud = cloud(2);
    Sinkhorn sinkhorn = sinkhorn(Solver.LOG, LinearSolver.DENSE);
    PointCloud single =
        new PointCloud(
            Answer.tensor(cloud.x()).copyTo(Arena.ofAuto(), DType.F32),
            Answer.tensor(cloud.y()).copyTo(Arena.ofAuto(), DType.F32));
    Problem problem =
        Problem.of(single).weights(Answer.vector(weights[0]), Answer.vector(weights[1]));
    try (Solution s = sinkhorn.solve(problem);
        Solution exact = sinkhorn.solve(problem(cloud))) {
      assertThat(s.plan().dtype()).isEqualTo(DType.F32);
      double[][] plan = exact.plan().toMatrix();
      double error = Matrices.maxDifference(s.plan().toMatrix(), plan);
      // Coordinates below 1 are off by 2⁻²⁵, distances by some of them, exponents by 1/ε of that.
      assertThat(error).isLessThan(16 * 0x1p-24 / 0.2 * Matrices.maxAbs(plan)).isNotZero();
    }
  }
}
