package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import jot.Solution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The unrolled adjoint is the derivative of τ plain sweeps: f = 0, one column update, then τ times
 * a row and a column update. Differences with a Richardson step at 1e-2 ε are right to about 1e-8.
 */
@Tag("rounding")
class UnrolledAdjointTest {

  private static final int M = 6;
  private static final int N = 5;
  private static final double TOLERANCE = 1e-6;

  private final Random random = new Random(51);
  private final Problems.Case problem = Problems.random(random, M, N, 0.1);
  private final double[][] w = Matrices.gaussian(random, M, N);

  /** ⟨w,P⟩ of the plan after τ sweeps, in plain arithmetic. */
  private double sweeps(Problems.Case p, int tau) {
    double[] f = new double[M];
    double[] g = update(Matrices.transpose(p.cost()), f, p.b(), p.epsilon());
    for (int t = 0; t < tau; t++) {
      f = update(p.cost(), g, p.a(), p.epsilon());
      g = update(Matrices.transpose(p.cost()), f, p.b(), p.epsilon());
    }
    double loss = 0;
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        loss += w[i][j] * Math.exp((f[i] + g[j] - p.cost()[i][j]) / p.epsilon());
      }
    }
    return loss;
  }

  private static double[] update(double[][] cost, double[] other, double[] weight, double epsilon) {
    double[] potential = new double[weight.length];
    for (int i = 0; i < weight.length; i++) {
      double top = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < other.length; j++) {
        top = Math.max(top, other[j] - cost[i][j]);
      }
      double sum = 0;
      for (int j = 0; j < other.length; j++) {
        sum += Math.exp((other[j] - cost[i][j] - top) / epsilon);
      }
      potential[i] = epsilon * (Math.log(weight[i]) - Math.log(sum)) - top;
    }
    return potential;
  }

  private Answer.Gradient unrolled(int tau) {
    try (Solution s = Answer.toTheFloor(problem.epsilon()).build().solve(Answer.problem(problem))) {
      return Answer.Gradient.of(s.unrolledVjp(Answer.tensor(w), tau));
    }
  }

  private void assertDerivative(double actual, double step, DoubleUnaryOperator loss) {
    double expected = Differences.central(step, loss);
    assertThat(Math.abs(actual - expected)).isLessThan(TOLERANCE * Math.max(1, Math.abs(expected)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10})
  void gradient_of_cost_equals_central_differences_of_the_sweeps(int tau) {
    double[][] gradient = unrolled(tau).cost();
    for (int k = 0; k < 5; k++) {
      double[][] dc = Matrices.gaussian(random, M, N);
      assertDerivative(
          Matrices.inner(gradient, dc),
          1e-2 * problem.epsilon(),
          t -> sweeps(problem.withCost(Matrices.plus(problem.cost(), t, dc)), tau));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10})
  void gradient_of_epsilon_equals_central_differences_of_the_sweeps(int tau) {
    assertDerivative(
        unrolled(tau).epsilon(),
        1e-3 * problem.epsilon(),
        t -> sweeps(problem.withEpsilon(problem.epsilon() + t), tau));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10})
  void gradients_of_weights_equal_central_differences_of_the_sweeps(int tau) {
    Answer.Gradient gradient = unrolled(tau);
    for (int k = 0; k < 3; k++) {
      double[] da = Matrices.centred(Matrices.gaussian(random, M));
      double[] db = Matrices.centred(Matrices.gaussian(random, N));
      assertDerivative(
          Matrices.inner(gradient.a(), da) + Matrices.inner(gradient.b(), db),
          1e-3 * Math.min(smallest(problem.a()), smallest(problem.b())),
          t ->
              sweeps(
                  problem.withWeights(
                      Matrices.plus(problem.a(), t, da), Matrices.plus(problem.b(), t, db)),
                  tau));
    }
  }

  private static double smallest(double[] x) {
    return java.util.Arrays.stream(x).min().orElseThrow();
  }

  @Test
  void when_converged_the_unrolled_adjoint_is_the_implicit_one() {
    Answer.Gradient implicit = Answer.solve(problem, w).gradients();
    Answer.Gradient unrolled = unrolled(400);
    double unit = Matrices.maxAbs(implicit.cost());
    assertThat(Matrices.maxDifference(unrolled.cost(), implicit.cost())).isLessThan(1e-10 * unit);
    assertThat(Math.abs(unrolled.epsilon() - implicit.epsilon())).isLessThan(1e-10 * unit);
    double[] a = Matrices.centred(unrolled.a());
    double[] b = Matrices.centred(unrolled.b());
    assertThat(Matrices.maxDifference(a, implicit.a())).isLessThan(1e-9);
    assertThat(Matrices.maxDifference(b, implicit.b())).isLessThan(1e-9);
  }
}
