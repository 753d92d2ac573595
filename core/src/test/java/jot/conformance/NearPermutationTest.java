package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans whose entries differ by twenty orders of magnitude, with the direct solvers.
 *
 * <p>Below an off-diagonal mass of 2⁻⁵³ the weights, as doubles, no longer say what the plan is
 * there: other off-diagonal entries have the same rounded sums. So gradients are compared with the
 * oracle at the potentials that were returned, where the plan is exact for its own marginals. From
 * there no subtraction happens between entries of different size, and the exponents carry (max|C| +
 * max|f| + max|g|)/ε ulps, at most about 1e3·1.1e-16 here: the tolerance is 1e-9 of the largest
 * entry.
 */
@Tag("rounding")
class NearPermutationTest {

  private static final double TOLERANCE = 1e-9;

  private static Sinkhorn dense(double epsilon, int maxIterations) {
    return Sinkhorn.builder()
        .epsilon(epsilon)
        .tolerance(1e-15)
        .maxIterations(maxIterations)
        .linearSolver(LinearSolver.DENSE)
        .build();
  }

  static Stream<Arguments> planted() {
    return Stream.of(1e-4, 1e-10, 1e-14, 1e-20)
        .flatMap(
            off ->
                Stream.of(
                    named("permutation 8", off, Planted.permutation(new Random(1), 8, off)),
                    named("permutation 30", off, Planted.permutation(new Random(2), 30, off)),
                    named("blocks of 3 in 12", off, Planted.blocks(new Random(3), 12, 3, off)),
                    named("blocks of 2 in 9", off, Planted.blocks(new Random(4), 9, 2, off)),
                    named("13 rows to 8 columns", off, Planted.shared(new Random(5), 13, 8, off)),
                    named("30 rows to 5 columns", off, Planted.shared(new Random(6), 30, 5, off))));
  }

  private static Arguments named(String name, double off, Planted planted) {
    return Arguments.of(name, off, planted);
  }

  private static double[][] planGradient(Planted planted) {
    return Matrices.gaussian(new Random(7), planted.f().length, planted.g().length);
  }

  private static void assertFinite(Answer answer) {
    for (double[][] x : new double[][][] {answer.plan(), answer.gradients().cost()}) {
      for (double v : Matrices.flat(x)) {
        assertThat(v).isFinite();
      }
    }
    assertThat(answer.f()).doesNotContain(Double.NaN);
    assertThat(answer.g()).doesNotContain(Double.NaN);
    assertThat(answer.gradients().a()).doesNotContain(Double.NaN);
    assertThat(answer.gradients().b()).doesNotContain(Double.NaN);
    assertThat(answer.gradients().epsilon()).isFinite();
  }

  private static void assertCostGradientAtReturnedPotentials(
      Answer answer, double[][] cost, double epsilon, double[][] w) {
    Oracle.Backward exact = Oracle.at(cost, answer.f(), answer.g(), epsilon).backward(w);
    assertThat(Matrices.maxDifference(answer.gradients().cost(), exact.costValues()))
        .isLessThan(TOLERANCE * Matrices.maxAbs(exact.costValues()));
  }

  /**
   * Where every row has one large entry its level of G drops out exactly. In a block of several
   * large entries it does not: an ulp of G moves the block's ∂a as a whole by 2⁻⁵³/off, so ∂a has
   * no digits.
   */
  private static void assertMarginalGradientsAtReturnedPotentials(
      Answer answer, double[][] cost, double epsilon, double[][] w) {
    Oracle.Backward exact = Oracle.at(cost, answer.f(), answer.g(), epsilon).backward(w);
    Answer.Gradient gradient = answer.gradients();
    assertThat(Matrices.maxDifference(gradient.a(), exact.aValues()))
        .isLessThan(TOLERANCE * Matrices.maxAbs(exact.aValues()));
    assertThat(Matrices.maxDifference(gradient.b(), exact.bValues()))
        .isLessThan(TOLERANCE * Matrices.maxAbs(exact.bValues()));
    assertThat(Math.abs(gradient.mass() - exact.mass().value()))
        .isLessThan(TOLERANCE * Matrices.maxAbs(w));
  }

  @ParameterizedTest
  @MethodSource("planted")
  void plan_from_the_planted_potentials_is_the_planted_one(
      String name, double off, Planted planted) {
    Problems.Case p = planted.problem();
    Sinkhorn sinkhorn = dense(p.epsilon(), 1000);
    double[][] w = planGradient(planted);
    Answer answer = Answer.solve(sinkhorn, Answer.problem(p, planted.f(), planted.g()), plan -> w);
    assertFinite(answer);
    assertThat(answer.residual()).isLessThan(1e-14);
    assertThat(Matrices.maxDifference(answer.plan(), planted.oracle().plan()))
        .isLessThan(TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("planted")
  void gradient_from_the_planted_potentials_equals_the_oracle_there(
      String name, double off, Planted planted) {
    Problems.Case p = planted.problem();
    double[][] w = planGradient(planted);
    Answer answer =
        Answer.solve(
            dense(p.epsilon(), 1000), Answer.problem(p, planted.f(), planted.g()), plan -> w);
    assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
    if (!planted.blocks()) {
      assertMarginalGradientsAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
    }
  }

  @ParameterizedTest
  @MethodSource("planted")
  void cold_start_finds_the_planted_plan(String name, double off, Planted planted) {
    Problems.Case p = planted.problem();
    double[][] w = planGradient(planted);
    boolean slow = off == 1e-4; // Sinkhorn gains a factor of about 1 − off a sweep
    Answer answer = Answer.solve(dense(p.epsilon(), slow ? 60_000 : 1000), p, plan -> w);
    assertFinite(answer);
    if (slow && p.rows() > 20) {
      return; // many sweeps of a large problem: only that nothing breaks
    }
    assertThat(Matrices.maxDifference(answer.plan(), planted.oracle().plan()))
        .isLessThan(TOLERANCE);
    assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
  }

  /**
   * Conjugate gradients stop at a residual of 1e-10; MATH.md 2 promises 1e-7 next to a permutation.
   */
  @ParameterizedTest
  @MethodSource("planted")
  void conjugate_gradients_give_the_cost_gradient_to_seven_digits(
      String name, double off, Planted planted) {
    Problems.Case p = planted.problem();
    double[][] w = planGradient(planted);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(p.epsilon())
            .tolerance(1e-13)
            .maxIterations(200)
            .linearSolver(LinearSolver.CG)
            .build();
    Answer answer = Answer.solve(sinkhorn, Answer.problem(p, planted.f(), planted.g()), plan -> w);
    assertFinite(answer);
    double[][] exact =
        Oracle.at(p.cost(), answer.f(), answer.g(), p.epsilon()).backward(w).costValues();
    assertThat(Matrices.maxDifference(answer.gradients().cost(), exact))
        .isLessThan(1e-7 * Matrices.maxAbs(exact));
  }

  /**
   * A factor that is taken leaves at most 1e-10 of the largest unknown to do, and an entry of ∂C is
   * as many times its plan entry; what is not good enough for that is eliminated.
   */
  @ParameterizedTest
  @MethodSource("planted")
  void cholesky_factors_give_the_cost_gradient_of_the_oracle_or_give_way(
      String name, double off, Planted planted) {
    Problems.Case p = planted.problem();
    double[][] w = planGradient(planted);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(p.epsilon())
            .tolerance(1e-13)
            .maxIterations(200)
            .linearSolver(LinearSolver.CHOLESKY)
            .build();
    Answer answer = Answer.solve(sinkhorn, Answer.problem(p, planted.f(), planted.g()), plan -> w);
    assertFinite(answer);
    assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
  }

  /** At 1e-4 the doubles still determine the plan, so the planted gradient itself must come out. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void at_one_part_in_ten_thousand_the_gradient_is_the_planted_one(long seed) {
    Planted planted = Planted.permutation(new Random(seed), 8, 1e-4);
    Problems.Case p = planted.problem();
    double[][] w = planGradient(planted);
    Answer answer = Answer.solve(dense(p.epsilon(), 200_000), p, plan -> w);
    Oracle.Backward exact = planted.oracle().backward(w);
    assertThat(Matrices.maxDifference(answer.gradients().cost(), exact.costValues()))
        .isLessThan(TOLERANCE * Matrices.maxAbs(exact.costValues()));
  }

  static Stream<Arguments> clouds() {
    return Stream.of(
        Arguments.of(1, 12, 12, true),
        Arguments.of(2, 15, 11, false),
        Arguments.of(3, 9, 20, false),
        Arguments.of(4, 20, 20, true));
  }

  private static Problems.Case cloud(long seed, int m, int n, boolean uniform) {
    Random random = new Random(seed);
    double[][] cost =
        Problems.squaredDistances(Problems.points(random, m, 2), Problems.points(random, n, 2));
    double[][] weights =
        uniform
            ? new double[][] {Problems.uniform(m), Problems.uniform(n)}
            : Problems.weights(random, m, n, 1);
    return new Problems.Case(cost, weights[0], weights[1], 1e-3 * Problems.range(cost));
  }

  /** Equal numbers of equal weights are next to a permutation: plain sweeps need a warm start. */
  @ParameterizedTest
  @MethodSource("clouds")
  void points_at_a_thousandth_of_the_range_give_the_plan_of_the_oracle(
      long seed, int m, int n, boolean uniform) {
    Problems.Case p = cloud(seed, m, n, uniform);
    Oracle oracle = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon());
    Problem problem = uniform ? Answer.problem(p, oracle.f(), oracle.g()) : Answer.problem(p);
    double[][] w = Matrices.gaussian(new Random(9), m, n);
    Answer answer = Answer.solve(dense(p.epsilon(), 200_000), problem, plan -> w);
    assertFinite(answer);
    assertThat(Matrices.maxDifference(answer.plan(), oracle.plan())).isLessThan(TOLERANCE);
    assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
  }

  @ParameterizedTest
  @MethodSource("clouds")
  void points_at_a_thousandth_of_the_range_give_the_gradient_of_the_oracle(
      long seed, int m, int n, boolean uniform) {
    Problems.Case p = cloud(seed, m, n, uniform);
    double[][] w = Matrices.gaussian(new Random(9), m, n);
    Answer answer = Answer.solve(dense(p.epsilon(), 5_000), p, plan -> w);
    assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @Tag("slow")
  void many_permutations_of_every_size_keep_their_gradients(long seed) {
    Random random = new Random(seed);
    for (int n = 2; n <= 30; n++) {
      double off = Math.pow(10, random.nextDouble(-22, -3));
      Planted planted = Planted.permutation(random, n, off);
      Problems.Case p = planted.problem();
      double[][] w = planGradient(planted);
      Answer answer = Answer.solve(dense(p.epsilon(), 200), p, plan -> w);
      assertFinite(answer);
      assertThat(answer.status()).isNotEqualTo(Status.INFEASIBLE);
      assertCostGradientAtReturnedPotentials(answer, p.cost(), p.epsilon(), w);
    }
  }
}
