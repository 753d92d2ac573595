package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import jot.EpsilonSchedule;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import jot.conformance.Problems.Case;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Coming down to ε from larger ones, beside sweeps that begin at ε. */
class EpsilonScheduleTest {

  private static final double TOLERANCE = 1e-8;

  static Stream<EpsilonSchedule> schedules() {
    return Stream.of(
        EpsilonSchedule.factor(2),
        EpsilonSchedule.factor(10),
        EpsilonSchedule.adaptive(),
        EpsilonSchedule.adaptive().from(1));
  }

  static Stream<Arguments> schedulesAndSolvers() {
    return schedules()
        .flatMap(
            schedule -> Stream.of(Solver.values()).map(solver -> Arguments.of(schedule, solver)));
  }

  private static Answer solve(
      Case p, EpsilonSchedule schedule, Solver solver, double tolerance, int passes) {
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(p.epsilon())
            .tolerance(tolerance)
            .maxIterations(passes)
            .solver(solver)
            .epsilonSchedule(schedule)
            .build();
    return Answer.solve(sinkhorn, p, null);
  }

  /** A seeded problem of any kind and shape, ε from a tenth to a thousandth of the largest cost. */
  private static Case any(int seed) {
    Random random = new Random(seed);
    int n = 30 + random.nextInt(50);
    Case p =
        seed % 2 == 0
            ? SmallEpsilonCases.points(random, n)
            : SmallEpsilonCases.uniformCost(random, 30 + random.nextInt(50), n);
    double relative = Math.pow(10, -1 - 2 * random.nextDouble());
    return SmallEpsilonCases.at(SmallEpsilonCases.dirichlet(random, p), relative);
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void never_ends_worse_than_plain_sweeps(EpsilonSchedule schedule) {
    for (int seed = 0; seed < 10; seed++) {
      for (Solver solver : new Solver[] {Solver.LOG, Solver.SCALING}) {
        Case p = any(seed);
        Answer plain = solve(p, EpsilonSchedule.none(), solver, TOLERANCE, 100_000);
        Answer down = solve(p, schedule, solver, TOLERANCE, 100_000);
        assertThat(plain.status()).isEqualTo(Status.CONVERGED);
        assertThat(down.status()).as("seed %d", seed).isEqualTo(Status.CONVERGED);
        assertThat(down.residual()).isLessThanOrEqualTo(TOLERANCE);
        // what the larger ε cost is bounded, what they save is not
        assertThat(down.iterations())
            .as("seed %d", seed)
            .isLessThanOrEqualTo(plain.iterations() + Math.max(50, plain.iterations() / 4));
        assertThat(Matrices.maxDifference(down.plan(), plain.plan()))
            .isLessThan(1e-5 * Matrices.maxAbs(plain.plan()));
      }
    }
  }

  @Test
  void saves_sweeps_where_epsilon_is_small() {
    Case p = SmallEpsilonCases.at(SmallEpsilonCases.points(new Random(2), 60), 1.5e-3);
    Answer plain = solve(p, EpsilonSchedule.none(), Solver.LOG, TOLERANCE, 100_000);
    Answer down = solve(p, EpsilonSchedule.adaptive(), Solver.LOG, TOLERANCE, 100_000);
    assertThat(down.iterations()).isLessThan(plain.iterations());
  }

  @ParameterizedTest
  @MethodSource("schedulesAndSolvers")
  void every_solver_finds_its_plan_from_above(EpsilonSchedule schedule, Solver solver) {
    Case p = SmallEpsilonCases.at(SmallEpsilonCases.points(new Random(3), 40), 1e-2);
    Answer plain = solve(p, EpsilonSchedule.none(), Solver.LOG, 1e-11, 100_000);
    Answer down = solve(p, schedule, solver, 1e-11, 100_000);
    assertThat(down.status()).isEqualTo(Status.CONVERGED);
    assertThat(Matrices.maxDifference(down.plan(), plain.plan()))
        .isLessThan(1e-8 * Matrices.maxAbs(plain.plan()));
  }

  @ParameterizedTest
  @EnumSource(names = {"LOG", "SCALING", "OVERRELAXED", "ANDERSON", "LBFGS", "AUTO"})
  void a_large_epsilon_has_no_descent(Solver solver) {
    Case p = SmallEpsilonCases.at(SmallEpsilonCases.points(new Random(4), 20), 0.5);
    Answer plain = solve(p, EpsilonSchedule.none(), solver, TOLERANCE, 1000);
    Answer down = solve(p, EpsilonSchedule.adaptive(), solver, TOLERANCE, 1000);
    assertThat(down.plan()).isDeepEqualTo(plain.plan());
    assertThat(down.iterations()).isEqualTo(plain.iterations());
  }

  @ParameterizedTest
  @EnumSource(names = {"LOG", "SCALING", "OVERRELAXED", "ANDERSON", "LBFGS"})
  void a_descent_cut_short_leaves_a_plan_at_the_epsilon_asked_for(Solver solver) {
    Case p = SmallEpsilonCases.at(SmallEpsilonCases.uniformCost(new Random(5), 40, 50), 1e-3);
    for (int passes : new int[] {1, 3, 4, 20, 37}) {
      Answer cut = solve(p, EpsilonSchedule.factor(2), solver, 1e-12, passes);
      assertThat(cut.status()).isEqualTo(Status.MAX_ITERATIONS);
      assertThat(cut.iterations()).isLessThanOrEqualTo(passes);
      double missing = Matrices.sumOfDifferences(Matrices.rowSums(cut.plan()), p.a());
      assertThat(cut.residual()).isCloseTo(missing, org.assertj.core.data.Offset.offset(1e-12));
      assertThat(Matrices.maxDifference(Matrices.columnSums(cut.plan()), p.b())).isLessThan(1e-13);
      Oracle oracle = Oracle.at(p.cost(), cut.f(), cut.g(), p.epsilon());
      assertThat(Matrices.maxDifference(cut.plan(), oracle.plan()))
          .isLessThan(1e-10 * Matrices.maxAbs(cut.plan()));
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void one_problem_of_a_batch_has_the_bits_it_has_alone(Solver solver) {
    double[] relative = {1e-3, 0.5, 1e-2, 0.05};
    int batch = relative.length;
    Case[] cases = new Case[batch];
    Random random = new Random(6);
    for (int k = 0; k < batch; k++) {
      Case p = SmallEpsilonCases.uniformCost(random, 33, 29);
      cases[k] = SmallEpsilonCases.at(SmallEpsilonCases.dirichlet(random, p), relative[k]);
    }
    Problem together = Answer.together(cases);
    for (int passes : new int[] {30, 20_000}) {
      Sinkhorn sinkhorn =
          Sinkhorn.builder()
              .epsilon(1)
              .tolerance(TOLERANCE)
              .maxIterations(passes)
              .solver(solver)
              .epsilonSchedule(EpsilonSchedule.adaptive())
              .build();
      try (Solution s = sinkhorn.solve(together)) {
        for (int k = 0; k < batch; k++) {
          Answer one = solve(cases[k], EpsilonSchedule.adaptive(), solver, TOLERANCE, passes);
          Answer inBatch = Answer.of(s, k, null);
          assertThat(inBatch.plan()).isDeepEqualTo(one.plan());
          assertThat(inBatch.status()).isEqualTo(one.status());
          assertThat(inBatch.iterations()).isEqualTo(one.iterations());
          assertThat(inBatch.residual()).isEqualTo(one.residual());
        }
      }
    }
  }

  @Test
  void refuses_what_is_no_schedule() {
    assertThatThrownBy(() -> EpsilonSchedule.factor(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 1");
    assertThatThrownBy(() -> EpsilonSchedule.factor(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EpsilonSchedule.adaptive().from(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fraction");
    assertThatThrownBy(() -> EpsilonSchedule.adaptive().from(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
