package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jot.LinearSolver;
import jot.PlanGradient;
import jot.Sinkhorn;
import jot.Solution;
import jot.Tangent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every gradient obeys, whatever the loss: MATH.md 2 and 5.
 *
 * <p>Tolerances are multiples of the largest |P∘G|/ε: rounding is 2⁻⁵³ of that a term; the solve of
 * the marginal system multiplies it by a condition below 1e3 at these ε. Where an identity holds by
 * construction no condition enters.
 */
@Tag("rounding")
class GradientIdentitiesTest {

  private static final int M = 8;
  private static final int N = 6;

  private final Random random = new Random(21);
  private final Problems.Case problem = Problems.random(random, M, N, 0.2);
  private final double[][] w = Matrices.gaussian(random, M, N);

  private static Sinkhorn sinkhorn(Problems.Case p, LinearSolver linear) {
    return Answer.toTheFloor(p.epsilon()).linearSolver(linear).linearTolerance(1e-14).build();
  }

  private Answer answer(LinearSolver linear) {
    return Answer.solve(sinkhorn(problem, linear), problem, plan -> w);
  }

  private double size(Answer answer) {
    return Matrices.maxAbs(Matrices.times(answer.plan(), w)) / problem.epsilon();
  }

  @ParameterizedTest
  @EnumSource(LinearSolver.class)
  void gradient_of_cost_has_zero_row_sums(LinearSolver linear) {
    Answer answer = answer(linear);
    double[] sums = Matrices.rowSums(answer.gradients().cost());
    assertThat(Matrices.maxAbs(sums)).isLessThan(64 * 0x1p-53 * N * size(answer));
  }

  @ParameterizedTest
  @EnumSource(LinearSolver.class)
  void gradient_of_cost_has_zero_column_sums(LinearSolver linear) {
    Answer answer = answer(linear);
    double[] sums = Matrices.columnSums(answer.gradients().cost());
    assertThat(Matrices.maxAbs(sums)).isLessThan(1e3 * 0x1p-53 * M * size(answer));
  }

  @ParameterizedTest
  @EnumSource(LinearSolver.class)
  void gradients_of_marginals_are_centred(LinearSolver linear) {
    Answer.Gradient gradient = answer(linear).gradients();
    double rounding = 16 * 0x1p-53;
    assertThat(Math.abs(Matrices.sum(gradient.a())))
        .isLessThan(rounding * M * Matrices.maxAbs(gradient.a()));
    assertThat(Math.abs(Matrices.sum(gradient.b())))
        .isLessThan(rounding * N * Matrices.maxAbs(gradient.b()));
  }

  @ParameterizedTest
  @EnumSource(LinearSolver.class)
  void gradients_equal_the_oracle(LinearSolver linear) {
    Answer answer = answer(linear);
    Oracle.Backward exact =
        Oracle.solve(problem.cost(), problem.a(), problem.b(), problem.epsilon()).backward(w);
    Answer.Gradient gradient = answer.gradients();
    assertThat(Matrices.maxDifference(gradient.cost(), exact.costValues()))
        .isLessThan(1e-12 * size(answer));
    assertThat(Matrices.maxDifference(gradient.a(), exact.aValues()))
        .isLessThan(1e-12 * Matrices.maxAbs(exact.aValues()));
    assertThat(Matrices.maxDifference(gradient.b(), exact.bValues()))
        .isLessThan(1e-12 * Matrices.maxAbs(exact.bValues()));
    assertThat(gradient.mass()).isCloseTo(exact.mass().value(), within(1e-12 * Matrices.maxAbs(w)));
  }

  @Test
  void gradient_of_epsilon_is_minus_gradient_of_cost_times_cost_over_epsilon() {
    Answer answer = answer(LinearSolver.AUTO);
    double[][] gradient = answer.gradients().cost();
    double expected = -Matrices.inner(gradient, problem.cost()) / problem.epsilon();
    double unit = M * N * size(answer) * Matrices.maxAbs(problem.cost()) / problem.epsilon();
    assertThat(answer.gradients().epsilon()).isCloseTo(expected, within(1e-12 * unit));
  }

  @Test
  void adding_row_and_column_constants_to_the_plan_gradient_moves_only_the_marginal_gradients() {
    double[] r = Matrices.gaussian(random, M);
    double[] s = Matrices.gaussian(random, N);
    double[][] shifted = Matrices.of(M, N, (i, j) -> w[i][j] + r[i] + s[j]);
    Answer plain = answer(LinearSolver.AUTO);
    Answer moved = Answer.solve(problem, shifted);
    assertThat(Matrices.maxDifference(moved.gradients().cost(), plain.gradients().cost()))
        .isLessThan(1e-12 * size(plain));
    double[] expected = Matrices.plus(plain.gradients().a(), 1, Matrices.centred(r));
    assertThat(Matrices.maxDifference(moved.gradients().a(), expected)).isLessThan(1e-12);
    double mass = plain.gradients().mass() + Matrices.sum(r) / M + Matrices.sum(s) / N;
    assertThat(moved.gradients().mass()).isCloseTo(mass, within(1e-12));
  }

  @Test
  void jvp_along_cost_is_symmetric_and_negative_semidefinite() {
    try (Solution s = sinkhorn(problem, LinearSolver.AUTO).solve(Answer.problem(problem))) {
      double[][] u = Matrices.gaussian(random, M, N);
      double[][] ju = jvp(s, Tangent.zero().cost(Answer.tensor(u)));
      double[][] jw = jvp(s, Tangent.zero().cost(Answer.tensor(w)));
      double unit = 1 / problem.epsilon();
      assertThat(Matrices.inner(u, jw)).isCloseTo(Matrices.inner(w, ju), within(1e-12 * unit));
      assertThat(Matrices.inner(u, ju)).isNegative();
      assertThat(Matrices.inner(w, jw)).isNegative();
      double[][] separable = Problems.shifted(random, new double[M][N], 1);
      double[][] none = jvp(s, Tangent.zero().cost(Answer.tensor(separable)));
      assertThat(Matrices.maxAbs(none)).isLessThan(1e-12 * unit);
    }
  }

  private static double[][] jvp(Solution s, Tangent tangent) {
    return s.jvp(tangent).problem(0).toMatrix();
  }

  @Test
  void jvp_is_the_adjoint_of_vjp_in_every_input() {
    double[][] dc = Matrices.gaussian(random, M, N);
    double[] da = Matrices.gaussian(random, M);
    double[] db = Matrices.gaussian(random, N);
    double mass = Matrices.sum(da);
    double excess = (mass - Matrices.sum(db)) / N;
    double[] balanced = Matrices.plus(db, excess, Matrices.filled(N, 1));
    double de = 0.7;
    try (Solution s = sinkhorn(problem, LinearSolver.AUTO).solve(Answer.problem(problem))) {
      Answer.Gradient g = Answer.Gradient.of(s.vjp(Answer.tensor(w)));
      Tangent tangent =
          Tangent.zero()
              .cost(Answer.tensor(dc))
              .weights(Answer.vector(da), Answer.vector(balanced))
              .epsilon(de);
      double forward = Matrices.inner(jvp(s, tangent), w);
      double backward =
          Matrices.inner(g.cost(), dc)
              + Matrices.inner(g.a(), da)
              + Matrices.inner(g.b(), balanced)
              + g.mass() * mass
              + g.epsilon() * de;
      assertThat(forward).isCloseTo(backward, within(1e-11 / problem.epsilon()));
    }
  }

  @Test
  void jvp_equals_central_differences_of_the_plan() {
    double[][] dc = Matrices.gaussian(random, M, N);
    double[][] actual;
    try (Solution s = sinkhorn(problem, LinearSolver.AUTO).solve(Answer.problem(problem))) {
      actual = jvp(s, Tangent.zero().cost(Answer.tensor(dc)));
    }
    double h = 1e-3 * problem.epsilon();
    double[][] wide = planDifference(dc, h);
    double[][] narrow = planDifference(dc, h / 2);
    double[][] expected = Matrices.of(M, N, (i, j) -> (4 * narrow[i][j] - wide[i][j]) / 3);
    assertThat(Matrices.maxDifference(actual, expected)).isLessThan(1e-8 / problem.epsilon());
  }

  private double[][] planDifference(double[][] dc, double h) {
    double[][] up = Answer.solve(problem.withCost(Matrices.plus(problem.cost(), h, dc))).plan();
    double[][] down = Answer.solve(problem.withCost(Matrices.plus(problem.cost(), -h, dc))).plan();
    return Matrices.map(Matrices.plus(up, -1, down), v -> v / (2 * h));
  }

  @Test
  void low_rank_plan_gradient_gives_what_the_dense_one_gives() {
    double[][] u = Matrices.gaussian(random, M, 3);
    double[][] v = Matrices.gaussian(random, N, 3);
    double[][] dense = Matrices.of(M, N, (i, j) -> Matrices.inner(u[i], v[j]));
    try (Solution s = sinkhorn(problem, LinearSolver.AUTO).solve(Answer.problem(problem))) {
      PlanGradient factors = PlanGradient.lowRank(Answer.tensor(u), Answer.tensor(v));
      Answer.Gradient low = Answer.Gradient.of(s.vjp(factors));
      Answer.Gradient full = Answer.Gradient.of(s.vjp(PlanGradient.dense(Answer.tensor(dense))));
      double unit = Matrices.maxAbs(dense) / problem.epsilon();
      assertThat(Matrices.maxDifference(low.cost(), full.cost())).isLessThan(1e-13 * unit);
      assertThat(Matrices.maxDifference(low.a(), full.a())).isLessThan(1e-12 * unit);
      assertThat(Matrices.maxDifference(low.b(), full.b())).isLessThan(1e-12 * unit);
    }
  }

  /** A loss ⟨f̄,f⟩ + ⟨ḡ,g⟩ with Σf̄ = Σḡ does not see the gauge. */
  @Test
  void cotangents_of_the_potentials_equal_central_differences() {
    double[] fBar = Matrices.gaussian(random, M);
    double[] rough = Matrices.gaussian(random, N);
    double excess = (Matrices.sum(fBar) - Matrices.sum(rough)) / N;
    double[] gBar = Matrices.plus(rough, excess, Matrices.filled(N, 1));
    double[][] dc = Matrices.gaussian(random, M, N);
    double actual;
    try (Solution s = sinkhorn(problem, LinearSolver.AUTO).solve(Answer.problem(problem))) {
      PlanGradient cotangents =
          PlanGradient.dense(Answer.tensor(w)).potentials(Answer.vector(fBar), Answer.vector(gBar));
      actual = Matrices.inner(Answer.Gradient.of(s.vjp(cotangents)).cost(), dc);
    }
    double expected =
        Differences.central(
            1e-2 * problem.epsilon(),
            t -> {
              Answer moved = Answer.solve(problem.withCost(Matrices.plus(problem.cost(), t, dc)));
              return Matrices.inner(moved.plan(), w)
                  + Matrices.inner(moved.f(), fBar)
                  + Matrices.inner(moved.g(), gBar);
            });
    assertThat(actual).isCloseTo(expected, within(1e-7 / problem.epsilon()));
  }
}
