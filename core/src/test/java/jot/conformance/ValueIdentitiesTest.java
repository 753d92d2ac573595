package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sharp, entropic and KL values, also where the mass is not 1: MATH.md 1 and 5. */
@Tag("rounding")
class ValueIdentitiesTest {

  private static Problems.Case random(long seed, double mass) {
    Random random = new Random(seed);
    Problems.Case p = Problems.random(random, 7, 9, 0.3);
    double[][] w = Problems.weights(random, 7, 9, mass);
    return p.withWeights(w[0], w[1]);
  }

  /** A sum of 63 terms of this size, each off by a few roundings. */
  private static double tolerance(Problems.Case p, Answer answer, double mass) {
    double size =
        Matrices.maxAbs(p.cost()) + Matrices.maxAbs(answer.f()) + Matrices.maxAbs(answer.g());
    return 256 * 0x1p-53 * Math.max(1, mass) * Math.max(1, mass) * (size + p.epsilon());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 30})
  void sharp_value_is_the_plan_times_the_cost(double mass) {
    Problems.Case p = random(1, mass);
    Answer answer = Answer.solve(p);
    assertThat(answer.sharp())
        .isCloseTo(Matrices.inner(answer.plan(), p.cost()), within(tolerance(p, answer, mass)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 30})
  void entropic_value_is_sharp_less_epsilon_times_entropy(double mass) {
    Problems.Case p = random(2, mass);
    Answer answer = Answer.solve(p);
    double entropy = 0;
    for (double v : Matrices.flat(answer.plan())) {
      entropy -= v * (Math.log(v) - 1);
    }
    assertThat(answer.entropic())
        .isCloseTo(answer.sharp() - p.epsilon() * entropy, within(tolerance(p, answer, mass)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 30})
  void entropic_value_is_the_dual_one(double mass) {
    Problems.Case p = random(3, mass);
    Answer answer = Answer.solve(p);
    double dual =
        Matrices.inner(answer.f(), p.a()) + Matrices.inner(answer.g(), p.b()) - p.epsilon() * mass;
    assertThat(answer.entropic()).isCloseTo(dual, within(tolerance(p, answer, mass)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1, 30})
  void kl_value_keeps_the_mass_terms(double mass) {
    Problems.Case p = random(4, mass);
    Answer answer = Answer.solve(p);
    double kl = 0;
    for (int i = 0; i < p.rows(); i++) {
      for (int j = 0; j < p.columns(); j++) {
        double q = p.a()[i] * p.b()[j];
        double v = answer.plan()[i][j];
        kl += v * Math.log(v / q) - v + q;
      }
    }
    assertThat(answer.kl())
        .isCloseTo(answer.sharp() + p.epsilon() * kl, within(tolerance(p, answer, mass)));
  }

  @Test
  void values_equal_the_oracle() {
    Problems.Case p = random(5, 1);
    Answer answer = Answer.solve(p);
    Oracle oracle = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon());
    double tolerance = tolerance(p, answer, 1);
    assertThat(answer.sharp()).isCloseTo(oracle.sharp().value(), within(tolerance));
    assertThat(answer.entropic()).isCloseTo(oracle.entropic().value(), within(tolerance));
  }

  /** Sums over a grid of step 0.1 stand for integrals of Gaussians wider than five steps: e⁻³⁰⁰. */
  @Test
  void kl_value_between_gaussians_has_its_closed_form() {
    int n = 161;
    double step = 0.1;
    double[] x = new double[n];
    double[] a = new double[n];
    double[] b = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = (i - n / 2) * step;
      a[i] = Math.exp(-x[i] * x[i] / 2);
      b[i] = Math.exp(-(x[i] - 0.5) * (x[i] - 0.5) / (2 * 0.49));
    }
    double[][] cost = Matrices.of(n, n, (i, j) -> (x[i] - x[j]) * (x[i] - x[j]));
    double epsilon = 0.5; // 2σ² with σ = 0.5
    Problems.Case p =
        new Problems.Case(cost, Problems.normalised(a, 1), Problems.normalised(b, 1), epsilon);
    double exact = ClosedForms.gaussian(0, 1, 0.5, 0.49, epsilon);
    assertThat(exact).isCloseTo(0.86966752733, within(1e-11));
    Answer answer = Answer.solve(Answer.toTheFloor(epsilon).tolerance(1e-13).build(), p, null);
    assertThat(answer.kl()).isCloseTo(exact, within(1e-10));
  }
}
