package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import jot.conformance.Problems.Case;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** L-BFGS, over-relaxed sweeps and Anderson acceleration beside the plain sweeps they hasten. */
class AcceleratedSolversTest {

  private static final double TOLERANCE = 1e-8;

  private static Sinkhorn sinkhorn(Case p, Solver solver, double tolerance, int passes) {
    return Sinkhorn.builder()
        .epsilon(p.epsilon())
        .tolerance(tolerance)
        .maxIterations(passes)
        .solver(solver)
        .build();
  }

  private static Answer solve(Case p, Solver solver, double tolerance, int passes) {
    return Answer.solve(sinkhorn(p, solver, tolerance, passes), p, null);
  }

  private static Case uniformCost(Random random, int m, int n, double relative) {
    double[][] cost = Matrices.of(m, n, (i, j) -> random.nextDouble());
    double[][] weights = Problems.weights(random, m, n, 1);
    return new Case(cost, weights[0], weights[1], relative);
  }

  private static Case points(Random random, int m, int n, double relative) {
    double[][] cost =
        Problems.squaredDistances(Problems.points(random, m, 2), Problems.points(random, n, 2));
    double[][] weights = Problems.weights(random, m, n, 1);
    return new Case(cost, weights[0], weights[1], relative * Problems.range(cost));
  }

  /** Every third row and every fourth column loses its weight. */
  private static Case withZeroWeights(Case p) {
    double[] a = p.a().clone();
    double[] b = p.b().clone();
    for (int i = 0; i < a.length; i += 3) {
      a[i] = 0;
    }
    for (int j = 0; j < b.length; j += 4) {
      b[j] = 0;
    }
    return p.withWeights(Problems.normalised(a, 1), Problems.normalised(b, 1));
  }

  /** Some pairs are forbidden, the diagonal never is. */
  private static Case withForbiddenPairs(Random random, Case p) {
    return p.withCost(
        Matrices.of(
            p.rows(),
            p.columns(),
            (i, j) ->
                i != j && random.nextInt(4) == 0 ? Double.POSITIVE_INFINITY : p.cost()[i][j]));
  }

  private static void assertSamePlan(Answer actual, Answer expected, double relative) {
    double largest = Matrices.maxAbs(expected.plan());
    assertThat(Matrices.maxDifference(actual.plan(), expected.plan()))
        .isLessThanOrEqualTo(relative * largest);
  }

  @ParameterizedTest
  @CsvSource({
    "OVERRELAXED, 0.1, 120", "OVERRELAXED, 0.01, 80", "OVERRELAXED, 0.001, 40",
    "ANDERSON, 0.1, 120", "ANDERSON, 0.01, 80", "ANDERSON, 0.001, 40",
    "LBFGS, 0.1, 120", "LBFGS, 0.01, 80", "LBFGS, 0.001, 40"
  })
  void finds_the_plain_plan_in_fewer_passes(Solver solver, double relative, int n) {
    Random random = new Random(n);
    for (Case p :
        new Case[] {points(random, n, n, relative), uniformCost(random, n, n + 10, relative)}) {
      Answer plain = solve(p, Solver.LOG, 1e-10, 100_000);
      Answer fast = solve(p, solver, 1e-10, 100_000);
      assertThat(plain.status()).isEqualTo(Status.CONVERGED);
      assertThat(fast.status()).isEqualTo(Status.CONVERGED);
      assertThat(fast.residual()).isLessThanOrEqualTo(1e-10);
      assertThat(fast.iterations()).isLessThanOrEqualTo(plain.iterations());
      assertSamePlan(fast, plain, 1e-6);
    }
  }

  /** A seeded problem of any kind and shape. */
  private static Case any(int seed) {
    Random random = new Random(seed);
    int m = 30 + random.nextInt(50);
    int n = 30 + random.nextInt(50);
    double relative = Math.pow(10, -1 - 1.7 * random.nextDouble());
    Case p = seed % 2 == 0 ? points(random, m, n, relative) : uniformCost(random, m, n, relative);
    return seed % 3 == 0 ? withZeroWeights(p) : p;
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void never_ends_worse_than_plain_sweeps(Solver solver) {
    for (int seed = 0; seed < 12; seed++) {
      Case p = any(seed);
      Answer plain = solve(p, Solver.LOG, TOLERANCE, 50_000);
      Answer fast = solve(p, solver, TOLERANCE, 50_000);
      assertThat(fast.status()).as("seed %d", seed).isEqualTo(Status.CONVERGED);
      assertThat(fast.iterations()).as("seed %d", seed).isLessThanOrEqualTo(plain.iterations());
      for (int share : new int[] {1, 2, 4}) {
        int passes = (plain.iterations() + share - 1) / share;
        double bound = 1.0001 * solve(p, Solver.LOG, TOLERANCE, passes).residual();
        Answer cut = solve(p, solver, TOLERANCE, passes);
        assertThat(cut.iterations()).isLessThanOrEqualTo(passes);
        assertThat(cut.residual())
            .as("seed %d, %d passes", seed, passes)
            .isLessThanOrEqualTo(Math.max(TOLERANCE, bound));
      }
    }
  }

  @Test
  void over_relaxed_sweeps_are_not_worse_on_the_way_either() {
    for (int seed = 0; seed < 12; seed++) {
      Case p = any(seed);
      for (int passes : new int[] {1, 5, 10, 15, 20, 25, 35, 60, 100}) {
        double bound = 1.0001 * solve(p, Solver.LOG, TOLERANCE, passes).residual();
        assertThat(solve(p, Solver.OVERRELAXED, TOLERANCE, passes).residual())
            .as("seed %d, %d passes", seed, passes)
            .isLessThanOrEqualTo(Math.max(TOLERANCE, bound));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void a_solve_cut_short_says_what_its_plan_misses(Solver solver) {
    for (int passes : new int[] {1, 8, 25, 37}) {
      Case p = uniformCost(new Random(5), 40, 50, 1e-3);
      Answer cut = solve(p, solver, 1e-13, passes);
      assertThat(cut.status()).isEqualTo(Status.MAX_ITERATIONS);
      assertThat(cut.iterations()).isEqualTo(passes);
      double missing = Matrices.sumOfDifferences(Matrices.rowSums(cut.plan()), p.a());
      assertThat(cut.residual() / missing).isBetween(1 - 1e-9, 1 + 1e-9);
      assertThat(Matrices.maxDifference(Matrices.columnSums(cut.plan()), p.b())).isLessThan(1e-13);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void what_has_no_mass_or_is_forbidden_stays_out(Solver solver) {
    Random random = new Random(17);
    Case zeros = withZeroWeights(points(random, 41, 37, 0.005));
    Case forbidden = withForbiddenPairs(random, uniformCost(random, 40, 40, 0.01));
    for (Case p : new Case[] {zeros, forbidden, withZeroWeights(forbidden)}) {
      Answer plain = solve(p, Solver.LOG, 1e-11, 50_000);
      Answer fast = solve(p, solver, 1e-11, 50_000);
      assertThat(fast.status()).isEqualTo(Status.CONVERGED);
      assertSamePlan(fast, plain, 1e-7);
      assertPotentialsFollowMass(fast.f(), p.a());
      assertPotentialsFollowMass(fast.g(), p.b());
    }
  }

  private static void assertPotentialsFollowMass(double[] potentials, double[] weights) {
    for (int k = 0; k < weights.length; k++) {
      if (weights[k] > 0) {
        assertThat(potentials[k]).isFinite();
      } else {
        assertThat(potentials[k]).isEqualTo(Double.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void one_row_or_one_column_is_the_product(Solver solver) {
    for (int[] shape : new int[][] {{1, 30}, {30, 1}, {1, 1}}) {
      Case p = uniformCost(new Random(3), shape[0], shape[1], 1e-3);
      Answer answer = solve(p, solver, 1e-12, 100);
      assertThat(answer.status()).isEqualTo(Status.CONVERGED);
      assertThat(Matrices.maxDifference(answer.plan(), Matrices.outer(p.a(), p.b())))
          .isLessThan(1e-13);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void a_tolerance_below_rounding_ends_at_the_precision_limit(Solver solver) {
    Case p = points(new Random(29), 30, 40, 0.02);
    Answer plain = solve(p, Solver.LOG, 1e-17, 100_000);
    Answer fast = solve(p, solver, 1e-17, 100_000);
    assertThat(plain.status()).isEqualTo(Status.PRECISION_LIMIT);
    assertThat(fast.status()).isEqualTo(Status.PRECISION_LIMIT);
    assertThat(fast.residual()).isLessThan(1e-13);
    assertSamePlan(fast, plain, 1e-10);
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void a_row_without_a_finite_cost_is_infeasible(Solver solver) {
    Case p = uniformCost(new Random(31), 5, 6, 0.1);
    Case blocked =
        p.withCost(Matrices.of(5, 6, (i, j) -> i == 2 ? Double.POSITIVE_INFINITY : p.cost()[i][j]));
    assertThat(solve(blocked, solver, TOLERANCE, 100).status()).isEqualTo(Status.INFEASIBLE);
  }

  @ParameterizedTest
  @EnumSource(names = {"OVERRELAXED", "ANDERSON", "LBFGS"})
  void one_problem_of_a_batch_has_the_bits_it_has_alone(Solver solver) {
    Random random = new Random(41);
    Case[] cases = {
      points(random, 33, 29, 0.1),
      withZeroWeights(points(random, 33, 29, 0.002)),
      uniformCost(random, 33, 29, 0.003),
      withForbiddenPairs(random, uniformCost(random, 33, 29, 0.02))
    };
    Problem batch = Answer.together(cases);
    for (int passes : new int[] {12, 20_000}) {
      try (Solution s = sinkhorn(cases[0], solver, 1e-10, passes).solve(batch)) {
        for (int k = 0; k < cases.length; k++) {
          Answer together = Answer.of(s, k, null);
          Answer alone = solve(cases[k], solver, 1e-10, passes);
          assertThat(together.plan()).isDeepEqualTo(alone.plan());
          assertThat(together.f()).isEqualTo(alone.f());
          assertThat(together.g()).isEqualTo(alone.g());
          assertThat(together.status()).isEqualTo(alone.status());
          assertThat(together.iterations()).isEqualTo(alone.iterations());
          assertThat(together.residual()).isEqualTo(alone.residual());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"OVERRELAXED, overrelaxed", "ANDERSON, anderson", "LBFGS, lbfgs"})
  void the_report_names_the_solver(Solver solver, String name) {
    Case p = points(new Random(2), 12, 13, 0.05);
    try (Solution s = sinkhorn(p, solver, TOLERANCE, 1000).solve(Answer.problem(p))) {
      assertThat(s.solver()).isEqualTo(name);
      assertThat(s.converged()).isTrue();
    }
  }

  @Test
  void the_solvers_have_factories() {
    assertThat(Solver.overRelaxed()).isEqualTo(Solver.OVERRELAXED);
    assertThat(Solver.anderson()).isEqualTo(Solver.ANDERSON);
    assertThat(Solver.lbfgs()).isEqualTo(Solver.LBFGS);
  }
}
