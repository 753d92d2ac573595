package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A plan after any number of sweeps is the exact plan of its own marginals, so its gradient is
 * exact there: what is left is rounding, 2⁻⁵³ times a condition below 1e4 at these ε.
 */
class EarlyStopTest {

  private static final double TOLERANCE = 1e-9;

  private static Sinkhorn oneSweep(double epsilon, LinearSolver linear) {
    return Sinkhorn.builder()
        .epsilon(epsilon)
        .tolerance(1e-15)
        .maxIterations(1)
        .solver(Solver.logDomain())
        .linearSolver(linear)
        .linearTolerance(1e-14)
        .build();
  }

  @ParameterizedTest
  @CsvSource({"7,5,0.1", "5,9,0.02", "12,12,0.5", "20,17,0.05", "1,6,0.1", "6,1,0.1"})
  void after_one_sweep_the_gradient_is_exact_at_the_plans_own_marginals(
      int m, int n, double relativeEpsilon) {
    for (LinearSolver linear : new LinearSolver[] {LinearSolver.DENSE, LinearSolver.CG}) {
      Random random = new Random(41);
      Problems.Case p = Problems.random(random, m, n, relativeEpsilon);
      double[][] w = Matrices.gaussian(random, m, n);
      Answer answer = Answer.solve(oneSweep(p.epsilon(), linear), p, plan -> w);
      Oracle oracle = Oracle.at(p.cost(), answer.f(), answer.g(), p.epsilon());
      Oracle.Backward exact = oracle.backward(w);
      Answer.Gradient gradient = answer.gradients();
      double unit = Matrices.maxAbs(Matrices.times(answer.plan(), w)) / p.epsilon();
      assertThat(Matrices.maxDifference(answer.plan(), oracle.plan()))
          .isLessThan(TOLERANCE * Matrices.maxAbs(answer.plan()));
      assertThat(Matrices.maxDifference(gradient.cost(), exact.costValues()))
          .isLessThan(TOLERANCE * unit);
      double size = Matrices.maxAbs(w);
      assertThat(Matrices.maxDifference(gradient.a(), exact.aValues()))
          .isLessThan(TOLERANCE * size);
      assertThat(Matrices.maxDifference(gradient.b(), exact.bValues()))
          .isLessThan(TOLERANCE * size);
      assertThat(Math.abs(gradient.mass() - exact.mass().value())).isLessThan(TOLERANCE * size);
      double epsilonUnit = unit * m * n * Problems.range(p.cost()) / p.epsilon();
      assertThat(Math.abs(gradient.epsilon() - exact.epsilon().value()))
          .isLessThan(TOLERANCE * epsilonUnit);
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void columns_are_exact_and_the_rows_carry_the_reported_residual(Solver solver) {
    Problems.Case p = Problems.random(new Random(42), 9, 6, 0.05);
    for (int iterations : new int[] {1, 2, 7, 23}) {
      Sinkhorn sinkhorn =
          Sinkhorn.builder()
              .epsilon(p.epsilon())
              .tolerance(1e-15)
              .maxIterations(iterations)
              .solver(solver)
              .build();
      Answer answer = Answer.solve(sinkhorn, p, null);
      boolean converged = answer.status() == Status.CONVERGED; // Newton's steps can be enough
      if (converged) {
        assertThat(iterations).isGreaterThan(7);
        assertThat(answer.residual()).isLessThanOrEqualTo(1e-15);
        assertThat(answer.iterations()).isLessThanOrEqualTo(iterations);
      } else {
        assertThat(answer.status()).isEqualTo(Status.MAX_ITERATIONS);
        assertThat(answer.iterations()).isEqualTo(iterations);
      }
      assertThat(Matrices.maxDifference(Matrices.columnSums(answer.plan()), p.b()))
          .isLessThan(1e-13);
      double residual = Matrices.sumOfDifferences(Matrices.rowSums(answer.plan()), p.a());
      assertThat(Math.abs(answer.residual() - residual)).isLessThan(1e-13);
    }
  }

  @ParameterizedTest
  @EnumSource(Solver.class)
  void gradient_after_few_sweeps_has_the_sums_of_any_gradient(Solver solver) {
    Random random = new Random(43);
    Problems.Case p = Problems.random(random, 8, 11, 0.02);
    double[][] w = Matrices.gaussian(random, 8, 11);
    Sinkhorn sinkhorn =
        Sinkhorn.builder().epsilon(p.epsilon()).maxIterations(2).solver(solver).build();
    try (Solution s = sinkhorn.solve(Answer.problem(p))) {
      double[][] gradient = s.vjp(Answer.tensor(w)).cost().toMatrix();
      assertThat(Matrices.maxAbs(Matrices.rowSums(gradient)))
          .isLessThan(1e-13 * Matrices.maxAbs(gradient) * 11);
      assertThat(Matrices.maxAbs(Matrices.columnSums(gradient)))
          .isLessThan(1e-11 * Matrices.maxAbs(gradient) * 8);
    }
  }
}
