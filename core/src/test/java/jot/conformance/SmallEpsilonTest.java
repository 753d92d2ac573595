package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import jot.LinearStatus;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import jot.conformance.Problems.Case;
import jot.conformance.SmallEpsilonCases.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What must converge at a small ε, and how that ends which cannot. */
class SmallEpsilonTest {

  private static final double TOLERANCE = 1e-9;
  private static final double NONE = Double.POSITIVE_INFINITY;

  private static Sinkhorn.Builder builder(double epsilon, Solver solver) {
    return Sinkhorn.builder().epsilon(epsilon).tolerance(TOLERANCE).solver(solver);
  }

  private static Stream<Arguments> bySolver(Stream<Named> problems) {
    return problems.flatMap(
        named -> Stream.of(Solver.AUTO, Solver.NEWTON).map(solver -> Arguments.of(named, solver)));
  }

  static Stream<Arguments> hard() {
    return bySolver(SmallEpsilonCases.hard());
  }

  static Stream<Arguments> ordinary() {
    Random random = new Random(21);
    Case points = SmallEpsilonCases.points(random, 256);
    Case uniform = SmallEpsilonCases.uniformCost(random, 256);
    return bySolver(
        Stream.of(
                new Named("points", points),
                new Named("points, Dirichlet", SmallEpsilonCases.dirichlet(random, points)),
                new Named("uniform", uniform),
                new Named("uniform, Dirichlet", SmallEpsilonCases.dirichlet(random, uniform)))
            .flatMap(
                named ->
                    Stream.of(1e-3, 1e-4)
                        .map(
                            relative ->
                                new Named(
                                    named + ", ε " + relative,
                                    SmallEpsilonCases.at(named.problem(), relative)))));
  }

  @ParameterizedTest
  @MethodSource("hard")
  void hard_problems_converge(Named named, Solver solver) {
    assertConverges(named.problem(), solver);
  }

  @ParameterizedTest
  @MethodSource("ordinary")
  void points_and_uniform_costs_converge(Named named, Solver solver) {
    assertConverges(named.problem(), solver);
  }

  private static void assertConverges(Case p, Solver solver) {
    Answer answer = Answer.solve(builder(p.epsilon(), solver).build(), p, null);
    assertThat(answer.status()).isEqualTo(Status.CONVERGED);
    assertFinitePotentials(answer);
    assertThat(Matrices.sumOfDifferences(Matrices.rowSums(answer.plan()), p.a()))
        .isLessThan(1.01 * TOLERANCE);
    assertThat(Matrices.sumOfDifferences(Matrices.columnSums(answer.plan()), p.b()))
        .isLessThan(1e-11);
  }

  /** A start that has nothing to do with the solution costs Newton some steps, and no more. */
  @ParameterizedTest
  @MethodSource("ordinary")
  void a_misleading_start_ends_as_none_does(Named named, Solver solver) {
    Case p = named.problem();
    double[] start = new Random(23).doubles(p.a().length).toArray();
    Answer answer =
        Answer.solve(
            builder(p.epsilon(), solver).build(),
            Answer.problem(p, start, new double[p.b().length]),
            null);
    assertThat(answer.status()).isEqualTo(Status.CONVERGED);
    assertThat(Matrices.sumOfDifferences(Matrices.rowSums(answer.plan()), p.a()))
        .isLessThan(1.01 * TOLERANCE);
    assertThat(answer.iterations()).isLessThan(1000);
  }

  private static void assertFinitePotentials(Answer answer) {
    for (double[] potentials : new double[][] {answer.f(), answer.g()}) {
      for (double value : potentials) {
        assertThat(value).isFinite();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "NEWTON"})
  void a_tolerance_below_the_floor_ends_at_the_precision_limit(Solver solver) {
    for (double relative : new double[] {1e-2, 1e-3, 1e-4}) {
      Case p = SmallEpsilonCases.at(SmallEpsilonCases.points(new Random(22), 60), relative);
      Answer answer = Answer.solve(builder(p.epsilon(), solver).tolerance(1e-20).build(), p, null);
      assertThat(answer.status()).as("ε %s", relative).isEqualTo(Status.PRECISION_LIMIT);
      assertThat(answer.residual()).isLessThan(1e-10);
      assertFinitePotentials(answer);
    }
  }

  /** Every row and column has a finite cost, and yet two rows have room for the mass of one. */
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "NEWTON"})
  void two_rows_that_reach_one_column_only_are_infeasible(Solver solver) {
    double[][] cost = {{0.3, NONE, NONE}, {0.1, NONE, NONE}, {0.2, 0.5, 0.4}};
    Case p = new Case(cost, Problems.uniform(3), Problems.uniform(3), 0.01);
    Answer answer = Answer.solve(builder(p.epsilon(), solver).build(), p, null);
    assertThat(answer.status()).isEqualTo(Status.INFEASIBLE);
    assertFinitePotentials(answer);
    assertThat(Matrices.flat(answer.plan())).doesNotContain(Double.NaN);
  }

  /** Two blocks with nothing between them, one of which has more rows than columns. */
  @ParameterizedTest
  @EnumSource(Solver.class)
  void blocks_of_unequal_masses_are_infeasible(Solver solver) {
    int n = 20;
    Random random = new Random(24);
    double[][] cost = Matrices.of(n, n, (i, j) -> (i < 11) == (j < 9) ? random.nextDouble() : NONE);
    Case p = new Case(cost, Problems.uniform(n), Problems.uniform(n), 0.05);
    Answer answer = Answer.solve(builder(p.epsilon(), solver).maxIterations(500).build(), p, null);
    assertThat(answer.status()).isEqualTo(Status.INFEASIBLE);
    assertFinitePotentials(answer);
    assertThat(Matrices.flat(answer.plan())).doesNotContain(Double.NaN);
    assertThat(answer.residual()).isBetween(0.1 - 1e-9, 2.0); // two rows of twenty are too many
  }

  /** Forbidden pairs that leave exactly one plan: the sets above are full, none is overfull. */
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "NEWTON"})
  void a_triangle_of_forbidden_pairs_is_not_called_infeasible(Solver solver) {
    int n = 6;
    Random random = new Random(25);
    double[][] cost = Matrices.of(n, n, (i, j) -> j <= i ? random.nextDouble() : NONE);
    Case p = new Case(cost, Problems.uniform(n), Problems.uniform(n), 0.1);
    Answer answer =
        Answer.solve(
            builder(p.epsilon(), solver).tolerance(1e-3).maxIterations(20_000).build(), p, null);
    assertThat(answer.status()).isNotEqualTo(Status.INFEASIBLE);
    assertFinitePotentials(answer);
    for (int i = 0; i < n; i++) {
      assertThat(answer.plan()[i][i]).isGreaterThan(0.9 / n); // what is left is the diagonal
    }
  }

  /** Two blocks of equal masses and nothing between them. */
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "NEWTON"})
  void a_disconnected_support_converges_and_its_gradient_says_so(Solver solver) {
    int n = 20;
    Random random = new Random(23);
    double[][] cost =
        Matrices.of(n, n, (i, j) -> (i < n / 2) == (j < n / 2) ? random.nextDouble() : NONE);
    Case p = new Case(cost, Problems.uniform(n), Problems.uniform(n), 0.01);
    double[][] w = Matrices.gaussian(random, n, n);
    try (Solution s = builder(p.epsilon(), solver).build().solve(Answer.problem(p))) {
      var gradients = s.vjp(Answer.tensor(w));
      Answer answer = Answer.of(s, 0, Answer.Gradient.of(gradients));
      assertThat(answer.status()).isEqualTo(Status.CONVERGED);
      assertFinitePotentials(answer);
      assertThat(gradients.status()).isEqualTo(LinearStatus.DISCONNECTED);
      Oracle.Backward exact = Oracle.at(cost, answer.f(), answer.g(), 0.01).backward(w);
      assertThat(Matrices.maxDifference(answer.gradients().cost(), exact.costValues()))
          .isLessThan(1e-8 * Matrices.maxAbs(exact.costValues()));
    }
  }
}
