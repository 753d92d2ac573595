package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jot.ErrorHistory;
import jot.LinearStatus;
import jot.NotConvergedException;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a solve starts, reports and ends. */
class ForwardBehaviourTest {

  private final Random random = new Random(91);
  private final Problems.Case problem = Problems.random(random, 12, 9, 0.03);

  private Sinkhorn.Builder builder() {
    return Sinkhorn.builder().epsilon(problem.epsilon()).tolerance(1e-9);
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void converged_means_that_the_residual_is_at_most_the_tolerance(Solver solver) {
    for (double tolerance : new double[] {1e-2, 1e-6, 1e-11}) {
      Answer answer =
          Answer.solve(builder().tolerance(tolerance).solver(solver).build(), problem, null);
      assertThat(answer.status()).isEqualTo(Status.CONVERGED);
      assertThat(answer.residual()).isLessThanOrEqualTo(tolerance);
    }
  }

  @Test
  void residual_is_relative_to_the_mass() {
    double[] a = Problems.normalised(problem.a(), 1e6);
    double[] b = Problems.normalised(problem.b(), 1e6);
    Answer heavy = Answer.solve(builder().build(), problem.withWeights(a, b), null);
    Answer light = Answer.solve(builder().build(), problem, null);
    assertThat(heavy.status()).isEqualTo(Status.CONVERGED);
    assertThat(heavy.residual()).isLessThanOrEqualTo(1e-9);
    assertThat(Math.abs(heavy.iterations() - light.iterations())).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void warm_start_saves_iterations_and_gives_the_same_plan(Solver solver) {
    Sinkhorn sinkhorn = builder().solver(solver).build();
    Answer cold = Answer.solve(sinkhorn, problem, null);
    Problem from = Answer.problem(problem, cold.f(), cold.g());
    Answer warm = Answer.solve(sinkhorn, from, null);
    assertThat(warm.iterations()).isLessThan(cold.iterations() / 4);
    assertThat(Matrices.maxDifference(warm.plan(), cold.plan())).isLessThan(1e-8);
  }

  @Test
  void warm_start_may_come_in_any_gauge() {
    Answer cold = Answer.solve(problem);
    double[] f = Matrices.plus(cold.f(), 100, Matrices.filled(12, 1));
    double[] g = Matrices.plus(cold.g(), -100, Matrices.filled(9, 1));
    Answer warm = Answer.solve(builder().build(), Answer.problem(problem, f, g), null);
    assertThat(Matrices.maxDifference(warm.plan(), cold.plan())).isLessThan(1e-8);
    assertThat(Math.abs(Matrices.sum(warm.g()))).isLessThan(1e-12);
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void history_falls_to_the_tolerance(Solver solver) {
    try (Solution s = builder().solver(solver).build().solve(Answer.problem(problem))) {
      List<ErrorHistory.Entry> entries = s.history().entries();
      assertThat(entries).isNotEmpty();
      assertThat(entries).extracting(ErrorHistory.Entry::sweeps).isSorted();
      double last = entries.get(entries.size() - 1).residuals().get(0);
      double first = entries.get(0).residuals().get(0);
      assertThat(last).isLessThanOrEqualTo(1e-9).isLessThanOrEqualTo(first);
      for (int k = 1; k < entries.size(); k++) {
        // Sinkhorn's L1 residual never rises, but for rounding.
        double before = entries.get(k - 1).residuals().get(0);
        assertThat(entries.get(k).residuals().get(0)).isLessThanOrEqualTo(before + 1e-13);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void progress_listener_is_told_of_falling_residuals(Solver solver) {
    List<Integer> sweeps = new ArrayList<>();
    List<Integer> active = new ArrayList<>();
    Sinkhorn sinkhorn =
        builder()
            .solver(solver)
            .listener(
                (done, residual, going) -> {
                  sweeps.add(done);
                  active.add(going);
                  assertThat(residual).isGreaterThanOrEqualTo(0);
                })
            .build();
    Answer answer = Answer.solve(sinkhorn, problem, null);
    assertThat(answer.status()).isEqualTo(Status.CONVERGED);
    assertThat(sweeps).isNotEmpty();
    assertThat(active).startsWith(1).endsWith(0);
  }

  @Test
  void listener_that_throws_ends_the_solve_with_its_exception() {
    Sinkhorn sinkhorn =
        builder()
            .listener(
                (done, residual, active) -> {
                  throw new IllegalStateException("enough");
                })
            .build();
    assertThatThrownBy(() -> sinkhorn.solve(Answer.problem(problem)))
        .isInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("enough");
  }

  @Test
  void too_few_iterations_are_a_status_and_not_an_exception() {
    Answer answer = Answer.solve(builder().maxIterations(3).build(), problem, null);
    assertThat(answer.status()).isEqualTo(Status.MAX_ITERATIONS);
    assertThat(answer.status().converged()).isFalse();
    assertThat(answer.status().message()).contains("maxIterations");
    assertThat(answer.residual()).isGreaterThan(1e-9);
    assertThat(answer.iterations()).isEqualTo(3);
  }

  @Test
  void requiring_convergence_makes_it_an_exception() {
    Sinkhorn strict = builder().maxIterations(3).requireConvergence(true).build();
    assertThatThrownBy(() -> strict.solve(Answer.problem(problem)))
        .isInstanceOfSatisfying(
            NotConvergedException.class,
            e -> assertThat(e.status()).isEqualTo(Status.MAX_ITERATIONS))
        .hasMessageContaining("maxIterations");
    Sinkhorn enough = builder().requireConvergence(true).build();
    try (Solution s = enough.solve(Answer.problem(problem))) {
      assertThat(s.converged()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void a_tolerance_below_the_floor_ends_with_a_status_that_says_so(Solver solver) {
    Sinkhorn sinkhorn = builder().tolerance(1e-18).maxIterations(1_000_000).solver(solver).build();
    Answer answer = Answer.solve(sinkhorn, problem, null);
    assertThat(answer.status()).isIn(Status.PRECISION_LIMIT, Status.CONVERGED);
    assertThat(answer.residual()).isLessThan(1e-12);
    assertThat(answer.iterations()).isLessThan(100_000);
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void scaling_and_log_domain_reach_the_same_plan(Solver solver) {
    // MATH.md 4: both run to their floor, within 8 ulps of (max|C| + max|f| + max|g|)/ε an entry.
    for (double relative : new double[] {1e-3, 1e-2, 1}) {
      Problems.Case p = Problems.random(new Random(92), 9, 14, relative);
      double[][] w = Problems.weights(new Random(93), 9, 14, 1);
      Problems.Case q = p.withWeights(w[0], w[1]);
      Answer log = Answer.solve(Answer.toTheFloor(p.epsilon()).solver(Solver.LOG).build(), q, null);
      Answer other = Answer.solve(Answer.toTheFloor(p.epsilon()).solver(solver).build(), q, null);
      double size = Matrices.maxAbs(p.cost()) + Matrices.maxAbs(log.f()) + Matrices.maxAbs(log.g());
      double bound = 8 * 0x1p-52 * size / p.epsilon();
      for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 14; j++) {
          assertThat(Math.abs(other.plan()[i][j] - log.plan()[i][j]))
              .as("entry %s,%s at %s", i, j, relative)
              .isLessThanOrEqualTo(Math.max(bound, 8 * 0x1p-52) * log.plan()[i][j]);
        }
      }
    }
  }

  // ---- small shapes, zero weights, forbidden pairs ----

  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "7,1", "2,1", "1,2"})
  void a_single_row_or_column_takes_the_weights_themselves(int m, int n) {
    Problems.Case p = Problems.random(random, m, n, 0.1);
    double[][] w = Matrices.gaussian(random, m, n);
    Answer answer = Answer.solve(p, w);
    double[][] product = Matrices.outer(p.a(), p.b());
    assertThat(Matrices.maxDifference(answer.plan(), product)).isLessThan(1e-14);
    // Nothing can move: ∂C is zero but for rounding.
    assertThat(Matrices.maxAbs(answer.gradients().cost()))
        .isLessThan(64 * 0x1p-53 * Matrices.maxAbs(w) / p.epsilon());
    assertThat(answer.status()).isIn(Status.CONVERGED, Status.PRECISION_LIMIT);
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void rows_and_columns_without_mass_have_no_plan_no_cost_gradient_and_minus_infinite_potentials(
      Solver solver) {
    double[] a = {0, 0.5, 0.5, 0};
    double[] b = {0.25, 0, 0.75};
    double[][] cost = Problems.random(random, 4, 3, 1).cost();
    Problems.Case p = new Problems.Case(cost, a, b, 0.4);
    double[][] w = Matrices.gaussian(random, 4, 3);
    Answer answer = Answer.solve(Answer.toTheFloor(0.4).solver(solver).build(), p, plan -> w);
    Oracle.Backward exact = Oracle.solve(cost, a, b, 0.4).backward(w);
    for (int i : new int[] {0, 3}) {
      assertThat(answer.plan()[i]).containsOnly(0);
      assertThat(answer.gradients().cost()[i]).containsOnly(0);
      assertThat(answer.f()[i]).isEqualTo(Double.NEGATIVE_INFINITY);
    }
    assertThat(answer.g()[1]).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Matrices.maxDifference(answer.gradients().a(), exact.aValues())).isLessThan(1e-12);
    assertThat(Matrices.maxDifference(answer.gradients().b(), exact.bValues())).isLessThan(1e-12);
    assertThat(answer.sharp()).isFinite();
    assertThat(answer.entropic()).isFinite();
    assertThat(answer.kl()).isFinite();
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void forbidden_pairs_get_no_mass_and_no_gradient(Solver solver) {
    double[][] cost = Matrices.copy(Problems.random(random, 6, 5, 1).cost());
    cost[1][2] = Double.POSITIVE_INFINITY;
    cost[1][4] = Double.POSITIVE_INFINITY;
    cost[5][0] = Double.POSITIVE_INFINITY;
    double[][] weights = Problems.weights(random, 6, 5, 1);
    Problems.Case p = new Problems.Case(cost, weights[0], weights[1], 0.5);
    double[][] w = Matrices.gaussian(random, 6, 5);
    Answer answer = Answer.solve(Answer.toTheFloor(0.5).solver(solver).build(), p, plan -> w);
    Oracle oracle = Oracle.solve(cost, p.a(), p.b(), 0.5);
    Oracle.Backward exact = oracle.backward(w);
    assertThat(answer.plan()[1][2]).isZero();
    assertThat(answer.plan()[1][4]).isZero();
    assertThat(answer.plan()[5][0]).isZero();
    assertThat(answer.gradients().cost()[1][2]).isZero();
    assertThat(Matrices.maxDifference(answer.plan(), oracle.plan())).isLessThan(1e-13);
    assertThat(Matrices.maxDifference(answer.gradients().cost(), exact.costValues()))
        .isLessThan(1e-12);
    assertThat(Math.abs(answer.gradients().epsilon() - exact.epsilon().value())).isLessThan(1e-11);
    assertThat(Math.abs(answer.sharp() - oracle.sharp().value())).isLessThan(1e-13);
    assertThat(Math.abs(answer.entropic() - oracle.entropic().value())).isLessThan(1e-13);
    assertThat(answer.kl()).isFinite();
  }

  @ParameterizedTest
  @CsvSource({"true,LOG", "false,LOG", "true,SCALING", "false,SCALING"})
  void a_row_or_column_with_mass_and_no_finite_cost_is_infeasible(boolean row, Solver solver) {
    double[][] cost = Matrices.copy(Problems.random(random, 5, 4, 1).cost());
    for (int k = 0; k < (row ? 4 : 5); k++) {
      cost[row ? 2 : k][row ? k : 2] = Double.POSITIVE_INFINITY;
    }
    Problems.Case p = new Problems.Case(cost, Problems.uniform(5), Problems.uniform(4), 0.3);
    double[][] w = Matrices.gaussian(random, 5, 4);
    Answer answer = Answer.solve(Answer.toTheFloor(0.3).solver(solver).build(), p, plan -> w);
    assertThat(answer.status()).isEqualTo(Status.INFEASIBLE);
    assertThat(answer.status().message()).contains("finite cost");
    for (double[] x :
        new double[][] {
          Matrices.flat(answer.plan()),
          answer.f(),
          answer.g(),
          Matrices.flat(answer.gradients().cost()),
          answer.gradients().a(),
          answer.gradients().b(),
          {answer.sharp(), answer.entropic(), answer.kl(), answer.residual()},
          {answer.gradients().mass(), answer.gradients().epsilon()}
        }) {
      assertThat(x).doesNotContain(Double.NaN);
    }
  }

  @Test
  void a_row_without_mass_may_have_no_finite_cost() {
    double[][] cost = Matrices.copy(Problems.random(random, 3, 3, 1).cost());
    java.util.Arrays.fill(cost[1], Double.POSITIVE_INFINITY);
    Problems.Case p = new Problems.Case(cost, new double[] {0.5, 0, 0.5}, Problems.uniform(3), 0.5);
    double[][] w = Matrices.gaussian(random, 3, 3);
    Answer answer = Answer.solve(p, w);
    assertThat(answer.atFloor()).isTrue();
    assertThat(answer.plan()[1]).containsOnly(0);
    assertThat(answer.gradients().a()).doesNotContain(Double.NaN);
    assertThat(answer.gradients().b()).doesNotContain(Double.NaN);
  }

  @Test
  void a_plan_that_falls_apart_says_disconnected() {
    double[][] cost = {{0, 1e6}, {1e6, 0}};
    Problems.Case p = new Problems.Case(cost, Problems.uniform(2), Problems.uniform(2), 1);
    try (Solution s = Answer.toTheFloor(1).build().solve(Answer.problem(p))) {
      var gradient = s.vjp(Answer.tensor(new double[][] {{1, 2}, {3, 5}}));
      assertThat(gradient.status()).isEqualTo(LinearStatus.DISCONNECTED);
      assertThat(gradient.status().message()).isNotBlank();
      assertThat(gradient.cost().toArray()).containsOnly(0);
      assertThat(gradient.a().toArray()).doesNotContain(Double.NaN);
    }
  }
}
