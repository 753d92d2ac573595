package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import jot.Gradients;
import jot.LinearSolver;
import jot.LinearStatus;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.conformance.Problems.Case;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients at a small ε: against 106-bit arithmetic, and how many steps they take.
 *
 * <p>Where the plan is next to a vertex its gradient is zero to a hundred digits. What is left
 * there is rounding: some ulps of P∘G/ε, of which the gradient is a difference.
 */
@Tag("rounding")
class SmallEpsilonGradientTest {

  /** Relative to the largest entry. */
  private static final double TOLERANCE = 1e-8;

  private static final double ROUNDING = 16 * 0x1p-53;

  private static Case problem(boolean points, int n, double relative) {
    Random random = new Random(31 + n);
    Case p =
        points ? SmallEpsilonCases.points(random, n) : SmallEpsilonCases.uniformCost(random, n);
    return SmallEpsilonCases.at(SmallEpsilonCases.dirichlet(random, p), relative);
  }

  /** Every solver where all of them arrive, and the second-order ones below. */
  static Stream<Arguments> solutions() {
    return Stream.of(Solver.values())
        .flatMap(
            solver ->
                Stream.of(1e-2, 1e-3, 1e-4)
                    .filter(
                        relative ->
                            relative >= 1e-2 || solver == Solver.AUTO || solver == Solver.NEWTON)
                    .map(relative -> Arguments.of(solver, relative)));
  }

  @ParameterizedTest
  @MethodSource("solutions")
  void gradients_of_every_solvers_solution_agree_with_the_oracle(Solver solver, double relative) {
    for (int n : new int[] {5, 12, 30}) {
      for (boolean points : new boolean[] {true, false}) {
        Case p = problem(points, n, relative);
        double[][] w = Matrices.gaussian(new Random(32), n, n);
        Answer answer =
            Answer.solve(Answer.toTheFloor(p.epsilon()).solver(solver).build(), p, plan -> w);
        String which = (points ? "points " : "uniform ") + n;
        assertThat(answer.atFloor()).as(which).isTrue();
        Oracle.Backward exact = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon()).backward(w);
        Answer.Gradient gradient = answer.gradients();
        double unit = Matrices.maxAbs(Matrices.times(answer.plan(), w)) / p.epsilon();
        assertThat(Matrices.maxDifference(gradient.cost(), exact.costValues()))
            .as("∂C, %s", which)
            .isLessThan(TOLERANCE * Matrices.maxAbs(exact.costValues()) + ROUNDING * unit);
        assertThat(Matrices.maxDifference(gradient.a(), exact.aValues()))
            .as("∂a, %s", which)
            .isLessThan(TOLERANCE * Matrices.maxAbs(exact.aValues()));
        assertThat(Matrices.maxDifference(gradient.b(), exact.bValues()))
            .as("∂b, %s", which)
            .isLessThan(TOLERANCE * Matrices.maxAbs(exact.bValues()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true,1e-1", "true,1e-2", "true,1e-3", "true,1e-4",
    "false,1e-1", "false,1e-2", "false,1e-3", "false,1e-4"
  })
  void preconditioned_by_the_graph_1e_10_takes_at_most_40_steps(boolean points, double relative) {
    Case p = problem(points, 256, relative);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(p.epsilon())
            .tolerance(1e-9)
            .linearSolver(LinearSolver.CG_GRAPH)
            .linearTolerance(1e-10)
            .build();
    try (Solution s = sinkhorn.solve(Answer.problem(p))) {
      Gradients gradients = s.vjp(Answer.tensor(Matrices.gaussian(new Random(33), 256, 256)));
      assertThat(gradients.linearSolver()).isEqualTo("cg");
      assertThat(gradients.status()).isEqualTo(LinearStatus.SOLVED);
      assertThat(gradients.residual(0)).isLessThanOrEqualTo(1e-10);
      assertThat(gradients.steps(0)).isBetween(1, 40);
    }
  }
}
