package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans that are equal, or known, by an identity of MATH.md 5.
 *
 * <p>Tolerance: an exponent (f + g − C)/ε carries a few roundings of size (max|C| + max|f| +
 * max|g|)/ε, each 2⁻⁵³; {@link #unit} counts 64 of them, which covers the potentials' own error at
 * these well-conditioned ε (a tenth of the range and more).
 */
@Tag("rounding")
class PlanIdentitiesTest {

  private static double unit(Problems.Case p, Answer answer) {
    double size =
        Matrices.maxAbs(p.cost()) + Matrices.maxAbs(answer.f()) + Matrices.maxAbs(answer.g());
    return 64 * 0x1p-53 * Math.max(1, size / p.epsilon()) * Matrices.maxAbs(answer.plan());
  }

  private static void assertSame(double[][] actual, double[][] expected, double tolerance) {
    assertThat(Matrices.maxDifference(actual, expected)).isLessThan(tolerance);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void adding_row_and_column_constants_to_the_cost_keeps_the_plan(long seed) {
    Random random = new Random(seed);
    Problems.Case p = Problems.random(random, 7, 5, 0.2);
    Problems.Case q = p.withCost(Problems.shifted(random, p.cost(), 10));
    Answer answer = Answer.solve(q);
    assertSame(answer.plan(), Answer.solve(p).plan(), unit(q, answer));
  }

  @Test
  void a_large_shift_costs_no_more_than_the_rounding_of_the_stored_cost() {
    Random random = new Random(4);
    Problems.Case p = Problems.random(random, 6, 6, 0.1);
    // Shifts that are powers of two keep what is left of the cost's bits exact.
    double shift = 0x1p20;
    double[][] stored = Matrices.map(p.cost(), c -> (c + shift) - shift);
    Answer answer = Answer.solve(p.withCost(Matrices.map(stored, c -> c + shift)));
    Answer plain = Answer.solve(p.withCost(stored));
    assertSame(answer.plan(), plain.plan(), unit(p.withCost(stored), plain));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.37, 5, 1e7})
  void scaling_cost_and_epsilon_together_keeps_the_plan(double s) {
    Problems.Case p = Problems.random(new Random(5), 6, 8, 0.2);
    Problems.Case q =
        new Problems.Case(Matrices.map(p.cost(), c -> s * c), p.a(), p.b(), s * p.epsilon());
    Answer answer = Answer.solve(q);
    assertSame(answer.plan(), Answer.solve(p).plan(), unit(q, answer));
  }

  @Test
  void transposing_the_problem_transposes_the_plan() {
    Problems.Case p = Problems.random(new Random(6), 9, 4, 0.2);
    Answer answer =
        Answer.solve(new Problems.Case(Matrices.transpose(p.cost()), p.b(), p.a(), p.epsilon()));
    assertSame(Matrices.transpose(answer.plan()), Answer.solve(p).plan(), unit(p, answer));
  }

  @Test
  void permuting_rows_and_columns_permutes_the_plan() {
    Random random = new Random(7);
    Problems.Case p = Problems.random(random, 6, 7, 0.2);
    int[] r = Matrices.permutation(random, 6);
    int[] s = Matrices.permutation(random, 7);
    double[] a = Arrays.stream(r).mapToDouble(i -> p.a()[i]).toArray();
    double[] b = Arrays.stream(s).mapToDouble(j -> p.b()[j]).toArray();
    double[][] cost = Matrices.of(6, 7, (i, j) -> p.cost()[r[i]][s[j]]);
    Answer answer = Answer.solve(new Problems.Case(cost, a, b, p.epsilon()));
    double[][] plan = Answer.solve(p).plan();
    assertSame(answer.plan(), Matrices.of(6, 7, (i, j) -> plan[r[i]][s[j]]), unit(p, answer));
  }

  @Test
  void separable_cost_gives_the_product_of_the_marginals() {
    Random random = new Random(8);
    double[][] weights = Problems.weights(random, 5, 8, 2.5);
    double[][] cost = Problems.shifted(random, new double[5][8], 1);
    Problems.Case p = new Problems.Case(cost, weights[0], weights[1], 0.3);
    Answer answer = Answer.solve(p);
    double[][] product = Matrices.map(Matrices.outer(p.a(), p.b()), v -> v / 2.5);
    assertSame(answer.plan(), product, unit(p, answer));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.5, 5})
  void circulant_cost_with_uniform_marginals_gives_the_normalised_kernel(double epsilon) {
    int n = 9;
    double[] c = Matrices.flat(Problems.points(new Random(9), n, 1));
    double[][] cost = Matrices.of(n, n, (i, j) -> c[Math.floorMod(j - i, n)]);
    double[][] kernel = Matrices.map(cost, v -> Math.exp(-v / epsilon));
    double sum = Matrices.sum(Matrices.rowSums(kernel));
    Problems.Case p = new Problems.Case(cost, Problems.uniform(n), Problems.uniform(n), epsilon);
    Answer answer = Answer.solve(p);
    assertSame(answer.plan(), Matrices.map(kernel, v -> v / sum), unit(p, answer));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void planted_plan_is_found(long seed) {
    Random random = new Random(seed);
    double[][] plan = Matrices.of(6, 9, (i, j) -> random.nextDouble(0.05, 1));
    Planted planted = Planted.of(random, plan, 20);
    Problems.Case p = planted.problem();
    Answer answer = Answer.solve(p);
    assertSame(answer.plan(), planted.oracle().plan(), unit(p, answer));
  }

  @Test
  void huge_epsilon_gives_the_product_of_the_marginals() {
    Problems.Case p = Problems.random(new Random(10), 6, 5, 1e9);
    Answer answer = Answer.solve(p);
    double[][] product = Matrices.outer(p.a(), p.b());
    // P = abᵀ(1 + O(range/ε)) at mass 1, beside the rounding.
    assertSame(answer.plan(), product, 2e-9 * Matrices.maxAbs(product));
  }

  @Test
  void small_epsilon_on_sorted_points_gives_the_north_west_corner_plan() {
    double[] x = {0, 1.1, 2.3, 3.2, 4.7};
    double[] y = {0.4, 1.5, 2.2, 4.1};
    double[] a = {0.15, 0.3, 0.2, 0.25, 0.1};
    double[] b = {0.35, 0.2, 0.15, 0.3};
    double[][] cost = Matrices.of(5, 4, (i, j) -> (x[i] - y[j]) * (x[i] - y[j]));
    Answer answer = Answer.solve(new Problems.Case(cost, a, b, 0.02));
    // The gap to the next vertex is above 1, so what is left is below e⁻⁵⁰.
    double[][] corner = ClosedForms.northWestCorner(a, b);
    assertThat(Matrices.maxDifference(Matrices.rowSums(corner), a)).isLessThan(1e-15);
    assertThat(Matrices.maxDifference(Matrices.columnSums(corner), b)).isLessThan(1e-15);
    assertSame(answer.plan(), corner, 1e-12);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void two_by_two_plan_has_its_closed_form(long seed) {
    Problems.Case p = Problems.random(new Random(seed), 2, 2, 0.5);
    Answer answer = Answer.solve(p);
    double p11 = ClosedForms.twoByTwo(p.cost(), p.a()[0], p.b()[0], p.epsilon());
    double[][] plan = {
      {p11, p.a()[0] - p11},
      {p.b()[0] - p11, p.a()[1] - p.b()[0] + p11}
    };
    assertSame(answer.plan(), plan, unit(p, answer));
  }

  @Test
  void uniform_two_by_two_plan_has_its_known_number() {
    Problems.Case p =
        new Problems.Case(
            new double[][] {{0, 1}, {1, 0}}, Problems.uniform(2), Problems.uniform(2), 1);
    assertThat(Math.abs(Answer.solve(p).plan()[0][0] - 0.36552928931500245)).isLessThan(1e-15);
  }

  @Test
  void plan_equals_the_oracle_on_random_problems() {
    Random random = new Random(12);
    for (double relative : new double[] {0.1, 1, 10}) {
      Problems.Case p = Problems.random(random, 12, 9, relative);
      Answer answer = Answer.solve(p);
      double[][] exact = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon()).plan();
      assertSame(answer.plan(), exact, unit(p, answer));
    }
  }

  @Test
  void plan_is_the_exponential_of_its_potentials() {
    Problems.Case p = Problems.random(new Random(13), 8, 6, 0.3);
    Answer answer = Answer.solve(p);
    double[][] plan =
        Matrices.of(
            8,
            6,
            (i, j) -> Math.exp((answer.f()[i] + answer.g()[j] - p.cost()[i][j]) / p.epsilon()));
    assertSame(answer.plan(), plan, unit(p, answer));
    assertThat(Math.abs(Matrices.sum(answer.g())))
        .isLessThan(64 * 0x1p-53 * Matrices.maxAbs(answer.g()));
  }
}
