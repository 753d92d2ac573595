package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The worked case of MATH.md 6 to 1e-13 of the largest entry: about 50 roundings of unit size, each
 * 1.1e-16, amplified by the condition of the 7×7 marginal system, which is below 20.
 */
@Tag("rounding")
class GoldenCaseTest {

  private static final double TOLERANCE = 1e-13;

  static Stream<Arguments> solvers() {
    return Stream.of(Solver.values())
        .flatMap(
            solver -> Stream.of(LinearSolver.values()).map(linear -> Arguments.of(solver, linear)));
  }

  private static Sinkhorn sinkhorn(Solver solver, LinearSolver linear) {
    return Answer.toTheFloor(Golden.EPSILON)
        .solver(solver)
        .linearSolver(linear)
        .linearTolerance(1e-15)
        .build();
  }

  private static Answer answer(Solver solver, LinearSolver linear) {
    return Answer.solve(sinkhorn(solver, linear), Golden.problem(), plan -> Golden.W);
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void plan_is_the_golden_one(Solver solver, LinearSolver linear) {
    double[][] plan = answer(solver, linear).plan();
    assertThat(Matrices.maxDifference(plan, Golden.PLAN))
        .isLessThan(TOLERANCE * Matrices.maxAbs(Golden.PLAN));
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void gradient_of_cost_is_the_golden_one(Solver solver, LinearSolver linear) {
    double[][] gradient = answer(solver, linear).gradients().cost();
    assertThat(Matrices.maxDifference(gradient, Golden.GRAD_COST))
        .isLessThan(TOLERANCE * Matrices.maxAbs(Golden.GRAD_COST));
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void gradients_of_marginals_are_the_golden_ones(Solver solver, LinearSolver linear) {
    Answer.Gradient gradient = answer(solver, linear).gradients();
    assertThat(Matrices.maxDifference(gradient.a(), Golden.GRAD_A))
        .isLessThan(TOLERANCE * Matrices.maxAbs(Golden.GRAD_A));
    assertThat(Matrices.maxDifference(gradient.b(), Golden.GRAD_B))
        .isLessThan(TOLERANCE * Matrices.maxAbs(Golden.GRAD_B));
    Oracle oracle = Oracle.solve(Golden.COST, Golden.A, Golden.B, Golden.EPSILON);
    double mass = oracle.backward(Golden.W).mass().value();
    assertThat(Math.abs(gradient.mass() - mass)).isLessThan(TOLERANCE * Math.abs(mass));
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void gradient_of_epsilon_is_the_golden_one(Solver solver, LinearSolver linear) {
    double gradient = answer(solver, linear).gradients().epsilon();
    assertThat(Math.abs(gradient - Golden.GRAD_EPSILON))
        .isLessThan(TOLERANCE * Math.abs(Golden.GRAD_EPSILON));
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void values_are_the_golden_ones(Solver solver, LinearSolver linear) {
    Answer answer = answer(solver, linear);
    assertThat(Math.abs(answer.sharp() - Golden.SHARP)).isLessThan(TOLERANCE);
    assertThat(Math.abs(answer.entropic() - Golden.ENTROPIC)).isLessThan(TOLERANCE);
    assertThat(Math.abs(Matrices.inner(answer.plan(), Golden.W) - Golden.LOSS))
        .isLessThan(TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void the_solvers_that_were_asked_for_run(Solver solver, LinearSolver linear) {
    try (Solution s = sinkhorn(solver, linear).solve(Answer.problem(Golden.problem()))) {
      assertThat(s.solver()).isNotBlank();
      assertThat(s.solverReason()).isNotBlank();
      String ran = s.vjp(Answer.tensor(Golden.W)).linearSolver();
      switch (linear) {
        case DENSE -> assertThat(ran).isEqualTo("dense");
        case CG -> assertThat(ran).isEqualTo("cg");
        case CHOLESKY -> assertThat(List.of("dense", "cholesky")).contains(ran);
        default -> assertThat(List.of("dense", "cg")).contains(ran);
      }
    }
  }
}
