package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import jot.PlanGradient;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Tangent;
import jot.geometry.PointCloud;
import jot.tensor.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A NaN at any place of any input is an {@link IllegalArgumentException} that names the input. */
class PlantedNanProperties {

  enum Input {
    COST("cost"),
    ROW_WEIGHTS("a"),
    COLUMN_WEIGHTS("b"),
    ROW_WARM_START("f"),
    COLUMN_WARM_START("g"),
    PLAN_GRADIENT("radient"),
    FACTOR_U("u"),
    FACTOR_V("v"),
    ROW_COTANGENT("f"),
    COLUMN_COTANGENT("g"),
    UNROLLED_GRADIENT("radient"),
    TANGENT_COST("cost"),
    TANGENT_ROWS("rows"),
    TANGENT_COLUMNS("columns"),
    TANGENT_EPSILON("epsilon"),
    POINTS_X("x"),
    POINTS_Y("y");

    private final String named;

    Input(String named) {
      this.named = named;
    }
  }

  private final Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(0.3).build();

  @Property(tries = 400)
  void nan_at_any_place_of_any_input_is_refused(
      @ForAll Input input,
      @ForAll @IntRange(min = 1, max = 3) int batch,
      @ForAll @IntRange(min = 1, max = 9) int m,
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @IntRange(min = 0, max = 1 << 20) int place) {
    Random random = new Random(131);
    double[][][] costs = new double[batch][][];
    for (int k = 0; k < batch; k++) {
      costs[k] = Problems.points(random, m, n);
    }
    assertThatThrownBy(() -> use(input, costs, place))
        .as("%s", input)
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains(input.named)
        .contains("expected")
        .contains("received NaN");
  }

  private void use(Input input, double[][][] costs, int place) {
    int m = costs[0].length;
    int n = costs[0][0].length;
    int batch = costs.length;
    Tensor cost = Answer.batch(costs);
    Tensor rows = vectors(batch, m, 1.0 / m);
    Tensor columns = vectors(batch, n, 1.0 / n);
    Tensor matrix = Answer.batch(costs);
    Tensor u = Answer.batch(filled(batch, m, 2));
    Tensor v = Answer.batch(filled(batch, n, 2));
    Problem problem = Problem.of(cost).weights(rows, columns);
    switch (input) {
      case COST -> plant(cost, place);
      case ROW_WEIGHTS, ROW_WARM_START, ROW_COTANGENT, TANGENT_ROWS -> plant(rows, place);
      case COLUMN_WEIGHTS, COLUMN_WARM_START, COLUMN_COTANGENT, TANGENT_COLUMNS ->
          plant(columns, place);
      case PLAN_GRADIENT, UNROLLED_GRADIENT, TANGENT_COST -> plant(matrix, place);
      case FACTOR_U, POINTS_X -> plant(u, place);
      case FACTOR_V, POINTS_Y -> plant(v, place);
      case TANGENT_EPSILON -> {}
    }
    switch (input) {
      case COST, ROW_WEIGHTS, COLUMN_WEIGHTS -> sinkhorn.solve(problem).close();
      case ROW_WARM_START, COLUMN_WARM_START ->
          sinkhorn.solve(Problem.of(cost).warmStart(rows, columns)).close();
      case POINTS_X, POINTS_Y -> sinkhorn.solve(Problem.of(new PointCloud(u, v))).close();
      default -> {
        try (Solution s = sinkhorn.solve(Problem.of(cost))) {
          assertThat(derive(input, s, matrix, rows, columns, u, v)).isNotNull();
        }
      }
    }
  }

  private static Object derive(
      Input input, Solution s, Tensor matrix, Tensor rows, Tensor columns, Tensor u, Tensor v) {
    return switch (input) {
      case PLAN_GRADIENT -> s.vjp(matrix);
      case UNROLLED_GRADIENT -> s.unrolledVjp(matrix, 2);
      case FACTOR_U, FACTOR_V -> s.vjp(PlanGradient.lowRank(u, v));
      case ROW_COTANGENT, COLUMN_COTANGENT -> s.vjp(PlanGradient.none().potentials(rows, columns));
      case TANGENT_COST -> s.jvp(Tangent.zero().cost(matrix));
      case TANGENT_ROWS, TANGENT_COLUMNS -> s.jvp(Tangent.zero().weights(rows, columns));
      default -> s.jvp(Tangent.zero().epsilon(Double.NaN));
    };
  }

  private static void plant(Tensor tensor, int place) {
    tensor.setFlat(place % tensor.shape().elements(), Double.NaN);
  }

  private static double[][][] filled(int batch, int rows, int columns) {
    double[][][] x = new double[batch][][];
    for (int k = 0; k < batch; k++) {
      x[k] = Matrices.of(rows, columns, (i, j) -> i + 0.5 * j);
    }
    return x;
  }

  private static Tensor vectors(int batch, int n, double value) {
    double[][][] x = new double[batch][1][];
    for (int k = 0; k < batch; k++) {
      x[k][0] = Matrices.filled(n, value);
    }
    return Answer.batch(x);
  }
}
