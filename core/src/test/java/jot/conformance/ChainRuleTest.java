package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jot.PlanGradient;
import jot.Solution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gradients of the values, of the mass, and through a softmax: MATH.md 2 and 3.
 *
 * <p>Differences with a Richardson step at 1e-2 of ε (or of a weight) are off by about 1e-8·c with
 * a constant c near 1, and their rounding by 1e-16/1e-2: hence 1e-7 of the size of what is
 * compared.
 */
@Tag("rounding")
class ChainRuleTest {

  private static final int M = 6;
  private static final int N = 7;

  private final Random random = new Random(31);
  private final Problems.Case problem = Problems.random(random, M, N, 0.3);
  private final double[][] w = Matrices.gaussian(random, M, N);

  private Solution solution(Problems.Case p) {
    return Answer.toTheFloor(p.epsilon()).build().solve(Answer.problem(p));
  }

  // ---- the sharp value: the Sinkhorn loss ----

  @Test
  void gradient_of_sharp_cost_has_the_marginals_as_its_sums() {
    try (Solution s = solution(problem)) {
      double[][] gradient = Answer.Gradient.of(s.sharpCostGradient()).cost();
      double unit = Matrices.maxAbs(problem.cost()) / problem.epsilon();
      assertThat(Matrices.maxDifference(Matrices.rowSums(gradient), problem.a()))
          .isLessThan(1e-13 * unit);
      assertThat(Matrices.maxDifference(Matrices.columnSums(gradient), problem.b()))
          .isLessThan(1e-13 * unit);
    }
  }

  @Test
  void gradient_of_sharp_cost_is_the_plan_plus_the_backward_of_the_cost() {
    try (Solution s = solution(problem)) {
      Answer.Gradient loss = Answer.Gradient.of(s.sharpCostGradient());
      Answer.Gradient backward = Answer.Gradient.of(s.vjp(Answer.tensor(problem.cost())));
      Answer.Gradient sharp = Answer.Gradient.of(s.vjp(PlanGradient.sharp()));
      double unit = 1e-12 * Matrices.maxAbs(problem.cost()) / problem.epsilon();
      double[][] plan = s.plan().toMatrix();
      assertThat(Matrices.maxDifference(loss.cost(), Matrices.plus(plan, 1, backward.cost())))
          .isLessThan(unit);
      assertThat(Matrices.maxDifference(sharp.cost(), loss.cost())).isLessThan(unit);
      assertThat(Matrices.maxDifference(loss.a(), backward.a())).isLessThan(unit);
      assertThat(Matrices.maxDifference(loss.b(), backward.b())).isLessThan(unit);
    }
  }

  @Test
  void gradient_of_sharp_cost_equals_central_differences() {
    double[][] dc = Matrices.gaussian(random, M, N);
    try (Solution s = solution(problem)) {
      Answer.Gradient gradient = Answer.Gradient.of(s.sharpCostGradient());
      double h = 1e-2 * problem.epsilon();
      double alongCost = Differences.central(h, t -> moved(dc, t).sharp());
      assertThat(Matrices.inner(gradient.cost(), dc)).isCloseTo(alongCost, within(1e-7));
      double alongEpsilon =
          Differences.central(
              h / 4, t -> Answer.solve(problem.withEpsilon(problem.epsilon() + t)).sharp());
      assertThat(gradient.epsilon()).isCloseTo(alongEpsilon, within(1e-7));
    }
  }

  private Answer moved(double[][] dc, double t) {
    return Answer.solve(problem.withCost(Matrices.plus(problem.cost(), t, dc)));
  }

  // ---- the entropic value: Danskin ----

  @Test
  void gradient_of_entropic_value_is_plan_and_potentials() {
    try (Solution s = solution(problem)) {
      Answer answer = Answer.of(s, 0, null);
      Answer.Gradient gradient = Answer.Gradient.of(s.entropicCostGradient());
      double size = Matrices.maxAbs(answer.f()) + Matrices.maxAbs(answer.g());
      assertThat(Matrices.maxDifference(gradient.cost(), answer.plan())).isLessThan(1e-15);
      assertThat(Matrices.maxDifference(gradient.a(), Matrices.centred(answer.f())))
          .isLessThan(1e-14 * size);
      assertThat(Matrices.maxDifference(gradient.b(), Matrices.centred(answer.g())))
          .isLessThan(1e-14 * size);
      double mass = Matrices.sum(answer.f()) / M + Matrices.sum(answer.g()) / N;
      assertThat(gradient.mass()).isCloseTo(mass, within(1e-14 * size));
      double entropy = (answer.sharp() - answer.entropic()) / problem.epsilon();
      assertThat(gradient.epsilon()).isCloseTo(-entropy, within(1e-12 * Math.abs(entropy)));
      assertThat(s.entropicCostGradient().linearSolver()).isEqualTo("none");
    }
  }

  @Test
  void gradient_of_entropic_value_equals_central_differences() {
    double[][] dc = Matrices.gaussian(random, M, N);
    double[] da = Matrices.centred(Matrices.gaussian(random, M));
    double[] db = Matrices.centred(Matrices.gaussian(random, N));
    try (Solution s = solution(problem)) {
      Answer.Gradient gradient = Answer.Gradient.of(s.entropicCostGradient());
      double h = 1e-2 * problem.epsilon();
      double alongCost = Differences.central(h, t -> moved(dc, t).entropic());
      assertThat(Matrices.inner(gradient.cost(), dc)).isCloseTo(alongCost, within(1e-8));
      double step = 1e-2 * smallestWeight();
      double alongWeights =
          Differences.central(step, t -> Answer.solve(weighted(da, db, t)).entropic());
      assertThat(Matrices.inner(gradient.a(), da) + Matrices.inner(gradient.b(), db))
          .isCloseTo(alongWeights, within(1e-7));
      double alongEpsilon =
          Differences.central(
              h, t -> Answer.solve(problem.withEpsilon(problem.epsilon() + t)).entropic());
      assertThat(gradient.epsilon()).isCloseTo(alongEpsilon, within(1e-7));
    }
  }

  private double smallestWeight() {
    double smallest = 1;
    for (double[] weights : new double[][] {problem.a(), problem.b()}) {
      for (double v : weights) {
        smallest = Math.min(smallest, v);
      }
    }
    return smallest;
  }

  private Problems.Case weighted(double[] da, double[] db, double t) {
    return problem.withWeights(
        Matrices.plus(problem.a(), t, da), Matrices.plus(problem.b(), t, db));
  }

  // ---- mass and softmax ----

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 1, 7})
  void mass_derivative_is_what_equal_gains_on_both_sides_add(double mass) {
    double[][] weights = Problems.weights(random, M, N, mass);
    Problems.Case p = problem.withWeights(weights[0], weights[1]);
    double[] da = Problems.weights(random, M, N, 1)[0];
    double[] db = Problems.weights(random, M, N, 1)[1];
    Answer.Gradient gradient = Answer.solve(p, w).gradients();
    double actual =
        Matrices.inner(gradient.a(), da) + Matrices.inner(gradient.b(), db) + gradient.mass();
    double expected =
        Differences.central(
            1e-3 * mass,
            t -> {
              double[] a = Matrices.plus(p.a(), t, da);
              double[] b = Matrices.plus(p.b(), t, db);
              return Matrices.inner(Answer.solve(p.withWeights(a, b)).plan(), w);
            });
    assertThat(actual).isCloseTo(expected, within(1e-7));
  }

  @Test
  void through_a_softmax_the_gradient_is_weighted_and_centred() {
    double[] z = Matrices.gaussian(random, M);
    double[] dz = Matrices.gaussian(random, M);
    Problems.Case p = problem.withWeights(softmax(z), problem.b());
    double[] x = Answer.solve(p, w).gradients().a();
    double mean = Matrices.inner(p.a(), x);
    double actual = 0;
    for (int i = 0; i < M; i++) {
      actual += p.a()[i] * (x[i] - mean) * dz[i];
    }
    double expected =
        Differences.central(
            1e-2,
            t -> {
              double[] a = softmax(Matrices.plus(z, t, dz));
              return Matrices.inner(Answer.solve(p.withWeights(a, p.b())).plan(), w);
            });
    assertThat(actual).isCloseTo(expected, within(1e-7));
  }

  private static double[] softmax(double[] z) {
    double[] e = z.clone();
    for (int i = 0; i < e.length; i++) {
      e[i] = Math.exp(z[i]);
    }
    return Problems.normalised(e, 1);
  }

  // ---- the closed form of 2×2 ----

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void two_by_two_derivatives_have_their_closed_forms(long seed) {
    Problems.Case p = Problems.random(new Random(seed), 2, 2, 0.5);
    double[][] first = {{1, 0}, {0, 0}}; // the loss is P11
    Answer answer = Answer.solve(p, first);
    double[][] plan = answer.plan();
    double harmonic = ClosedForms.harmonic(plan);
    double[][] gradient = answer.gradients().cost();
    double[][] expected = {
      {-harmonic / p.epsilon(), harmonic / p.epsilon()},
      {harmonic / p.epsilon(), -harmonic / p.epsilon()}
    };
    assertThat(Matrices.maxDifference(gradient, expected))
        .isLessThan(1e-13 * Matrices.maxAbs(expected));
    double alongA = answer.gradients().a()[0] - answer.gradients().a()[1]; // a2 = 1 − a1
    assertThat(alongA).isCloseTo(harmonic * (1 / plan[0][1] + 1 / plan[1][1]), within(1e-12));
  }
}
