package jot.conformance;

import static jot.conformance.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import jot.PlanGradient;
import jot.Problem;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solution;
import jot.Tangent;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each line of 'What bad input gets': an {@link IllegalArgumentException} that names the argument
 * and says what was expected and received.
 */
class BadInputTest {

  private static final int M = 4;
  private static final int N = 3;

  private final Random random = new Random(111);
  private final double[][] cost = Problems.points(random, M, N);
  private final double[] a = Problems.uniform(M);
  private final double[] b = Problems.uniform(N);
  private final Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(0.3).build();

  private void assertProblemRefused(
      double[][] c, double[] p, double[] q, String argument, String text) {
    assertRefused(
        () ->
            solveAndClose(Problem.of(Answer.tensor(c)).weights(Answer.vector(p), Answer.vector(q))),
        argument,
        text);
  }

  private void solveAndClose(Problem problem) {
    try (Solution s = sinkhorn.solve(problem)) {
      assertThat(s.batch()).isPositive();
    }
  }

  private double[][] costWith(double value) {
    double[][] c = Matrices.copy(cost);
    c[2][1] = value;
    return c;
  }

  private static double[] with(double[] x, int k, double value) {
    double[] y = x.clone();
    y[k] = value;
    return y;
  }

  // ---- shapes ----

  @Test
  void weights_of_another_length_are_refused() {
    assertProblemRefused(cost, Problems.uniform(M + 1), b, "a", "(1, 1, 5)");
    assertProblemRefused(cost, a, Problems.uniform(N - 1), "b", "(1, 1, 2)");
  }

  @Test
  void weights_of_another_batch_are_refused() {
    Tensor two = Answer.batch(new double[][] {a}, new double[][] {a});
    Problem problem = Problem.of(Answer.batch(cost, cost, cost)).rowWeights(two);
    assertRefused(() -> solveAndClose(problem), "a", "(2, 1, 4)");
  }

  @Test
  void plan_gradient_of_another_shape_is_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      Tensor transposed = Answer.tensor(Matrices.transpose(cost));
      assertRefused(() -> s.vjp(transposed), "radient", "(1, 3, 4)");
      assertRefused(() -> s.vjp(Answer.batch(cost, cost)), "radient", "(2, 4, 3)");
      assertRefused(() -> s.unrolledVjp(transposed, 3), "radient", "(1, 3, 4)");
    }
  }

  @Test
  void factors_of_another_shape_are_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      Tensor u = Answer.tensor(new double[M][2]);
      Tensor v = Answer.tensor(new double[N][3]);
      assertRefused(() -> s.vjp(PlanGradient.lowRank(u, v)), "v", "(1, 3, 3)");
    }
  }

  @Test
  void tangent_of_another_shape_is_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      Tensor transposed = Answer.tensor(Matrices.transpose(cost));
      assertRefused(() -> s.jvp(Tangent.zero().cost(transposed)), "cost", "(1, 3, 4)");
    }
  }

  @Test
  void warm_start_of_another_shape_is_refused() {
    Problem problem = Problem.of(Answer.tensor(cost));
    assertRefused(
        () -> solveAndClose(problem.warmStart(Answer.vector(b), Answer.vector(b))),
        "f",
        "(1, 1, 3)");
    assertRefused(
        () -> solveAndClose(problem.warmStart(Answer.vector(a), Answer.vector(a))),
        "g",
        "(1, 1, 4)");
  }

  @Test
  void layer_refuses_costs_of_another_shape_or_type() {
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, 1, M, N)) {
      Tensor p = Answer.vector(a);
      Tensor q = Answer.vector(b);
      Tensor transposed = Answer.tensor(Matrices.transpose(cost));
      assertRefused(() -> layer.forward(transposed, p, q), "cost", "(1, 3, 4)");
      assertRefused(() -> layer.forward(Answer.single(cost), p, q), "cost", "F32");
    }
  }

  @Test
  void points_of_different_dimensions_are_refused() {
    Tensor x = Answer.tensor(new double[M][2]);
    Tensor y = Answer.tensor(new double[N][3]);
    assertRefused(() -> new PointCloud(x, y), "points", "(1, 3, 3)");
  }

  // ---- sizes ----

  @Test
  void a_batch_of_zero_is_refused() {
    assertRefused(() -> new Shape(0, M, N), "batch", "0");
    assertRefused(() -> sinkhorn.layer(DType.F64, 0, M, N).close(), "batch", "0");
    assertRefused(() -> sinkhorn.layer(DType.F64, 1, 0, N).close(), "rows", "0");
    assertRefused(() -> sinkhorn.layer(DType.F64, 1, M, -1).close(), "col", "-1");
  }

  @Test
  void sizes_whose_product_overflows_are_refused() {
    int huge = Integer.MAX_VALUE;
    assertRefused(() -> new Shape(huge, huge, huge), "shape", String.valueOf(huge));
    assertThatThrownBy(() -> sinkhorn.layer(DType.F64, huge, huge, huge).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(huge));
  }

  // ---- numbers ----

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
  void nan_or_minus_infinity_in_the_cost_is_refused(double value) {
    assertProblemRefused(costWith(value), a, b, "cost", String.valueOf(value));
    assertRefused(
        () -> sinkhorn.solve(Answer.single(costWith(value))), "cost", String.valueOf(value));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY})
  void points_that_are_not_finite_are_refused(double value) {
    double[][] x = Problems.points(random, M, 2);
    double[][] y = Problems.points(random, N, 2);
    x[3][1] = value;
    Tensor bad = Answer.tensor(x);
    Tensor good = Answer.tensor(y);
    assertRefused(
        () -> sinkhorn.solve(Problem.of(new PointCloud(bad, good))), "x", String.valueOf(value));
    assertRefused(
        () -> sinkhorn.solve(Problem.of(new PointCloud(good, bad))), "y", String.valueOf(value));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-300, -0.25, Double.NaN, Double.POSITIVE_INFINITY})
  void weights_that_are_negative_or_not_finite_are_refused(double value) {
    assertProblemRefused(cost, with(a, 2, value), b, "a", String.valueOf(value));
    assertProblemRefused(cost, a, with(b, 1, value), "b", String.valueOf(value));
  }

  @Test
  void weights_without_any_mass_are_refused() {
    assertProblemRefused(cost, new double[M], new double[N], "a", "0.0");
  }

  @Test
  void sums_that_differ_are_refused_with_difference_and_tolerance() {
    double[] more = with(b, 0, b[0] + 1e-3);
    assertProblemRefused(cost, a, more, "a and b", "1.0");
    assertThatThrownBy(
            () -> sinkhorn.solve(Answer.tensor(cost), Answer.vector(a), Answer.vector(more)))
        .hasMessageContaining("difference")
        .hasMessageContaining("1.0E-8");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void epsilon_that_is_not_positive_and_finite_is_refused(double value) {
    assertRefused(
        () -> Sinkhorn.builder().epsilon(value).build(), "epsilon", String.valueOf(value));
    Problem problem = Problem.of(Answer.tensor(cost)).epsilon(value);
    assertRefused(() -> solveAndClose(problem), "epsilon", String.valueOf(value));
  }

  @Test
  void epsilon_must_be_set_and_be_one_or_one_a_problem() {
    assertRefused(() -> Sinkhorn.builder().build(), "epsilon", "NaN");
    Problem problem = Problem.of(Answer.batch(cost, cost, cost)).epsilon(1, 2);
    assertRefused(() -> solveAndClose(problem), "epsilon", "2");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void tolerances_that_make_no_sense_are_refused(double value) {
    String text = String.valueOf(value);
    assertRefused(() -> Sinkhorn.builder().tolerance(value), "tolerance", text);
    assertRefused(() -> Sinkhorn.builder().linearTolerance(value), "linearTolerance", text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -5})
  void counts_below_one_are_refused(int value) {
    String text = String.valueOf(value);
    assertRefused(() -> Sinkhorn.builder().maxIterations(value), "maxIterations", text);
    assertRefused(() -> Sinkhorn.builder().threads(value), "threads", text);
  }

  @Test
  void a_backend_that_nobody_provides_is_refused() {
    assertThatThrownBy(() -> Sinkhorn.builder().epsilon(1).backend("abacus").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("abacus")
        .hasMessageContaining("reference");
  }

  @Test
  void cotangents_whose_sums_differ_are_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      PlanGradient bad =
          PlanGradient.none().potentials(Answer.vector(1, 0, 0, 0), Answer.vector(0, 0, 0));
      assertRefused(() -> s.vjp(bad), "cotangent", "1.0");
    }
  }

  @Test
  void weight_changes_whose_sums_differ_are_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      Tangent bad = Tangent.zero().weights(Answer.vector(1, 0, 0, 0), Answer.vector(0, 0, 0));
      assertRefused(() -> s.jvp(bad), "tangent", "1.0");
    }
  }

  @Test
  void a_negative_number_of_sweeps_is_refused() {
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      assertRefused(() -> s.unrolledVjp(Answer.tensor(cost), -1), "sweeps", "-1");
    }
  }

  // ---- use after close ----

  @Test
  void a_closed_solution_or_layer_says_so() {
    Solution s = sinkhorn.solve(Answer.tensor(cost));
    Tensor w = Answer.tensor(cost);
    s.close();
    s.close();
    assertThatThrownBy(() -> s.vjp(w)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(s::plan).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(s::klCost).isInstanceOf(IllegalStateException.class);
    SinkhornLayer layer = sinkhorn.layer(DType.F64, 1, M, N);
    layer.close();
    assertThatThrownBy(() -> layer.forward(w, Answer.vector(a), Answer.vector(b)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_layer_cannot_go_backward_before_it_went_forward() {
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, 1, M, N)) {
      assertThatThrownBy(() -> layer.backward(Answer.tensor(cost)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("forward");
    }
  }

  @Test
  void a_layer_survives_bad_input() {
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, 1, M, N)) {
      Tensor p = Answer.vector(a);
      Tensor q = Answer.vector(b);
      Tensor good = Answer.tensor(cost);
      Tensor bad = Answer.tensor(costWith(Double.NaN));
      double[] plan = layer.forward(good, p, q).plan().toArray();
      assertRefused(() -> layer.forward(bad, p, q), "cost", "NaN");
      assertThat(layer.forward(good, p, q).plan().toArray()).isEqualTo(plan);
      assertRefused(() -> layer.backward(bad), "radient", "NaN");
      assertThat(layer.backward(good).cost().toArray()).doesNotContain(Double.NaN);
    }
  }

  @Test
  void asking_a_batch_for_the_only_problem_is_refused() {
    try (Solution s = sinkhorn.solve(Answer.batch(cost, cost))) {
      assertThatThrownBy(s::sharpCost).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> s.residual(2)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(Arrays.asList(s.sharpCost(0), s.sharpCost(1))).doesNotContain(Double.NaN);
    }
  }
}
