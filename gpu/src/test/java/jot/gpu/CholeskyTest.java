package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jot.Gradients;
import jot.LinearSolver;
import jot.LinearStatus;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gradients by Cholesky factors, beside the reference backend's elimination.
 *
 * <p>Solutions whose residual is at most 1e-12 of their largest entry move an entry of ∂C by
 * 2e-12·P·max|y|/ε at most; in these problems P·max|y|/ε is within a factor of 50 of the largest
 * entry of ∂C. So results agree to 1e-10 of it.
 */
class CholeskyTest {
  private static final double LINEAR_TOLERANCE = 1e-12;
  private static final double TOLERANCE = 1e-10;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  private final Arena arena = Arena.ofShared();

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
  }

  @AfterEach
  void close() {
    assertThat(Emulator.violations()).isEmpty();
    Emulator.forget();
    arena.close();
  }

  private static Sinkhorn sinkhorn(String backend, LinearSolver linear, double epsilon) {
    return Sinkhorn.builder()
        .epsilon(epsilon)
        .tolerance(1e-11)
        .backend(backend)
        .linearSolver(linear)
        .linearTolerance(LINEAR_TOLERANCE)
        .build();
  }

  private Tensor random(long seed, DType dtype, int batch, int m, int n) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.allocate(arena, dtype, new Shape(batch, m, n));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, random.nextDouble());
    }
    return tensor;
  }

  /** Uneven weights for all problems, some of them 0. */
  private Tensor weights(int n, boolean someEmpty) {
    Tensor weights = Tensor.allocate(arena, DType.F64, new Shape(1, 1, n));
    double sum = 0;
    for (int k = 0; k < n; k++) {
      weights.setFlat(k, someEmpty && k % 4 == 1 ? 0 : 1 + k % 3);
      sum += weights.get(k);
    }
    for (int k = 0; k < n; k++) {
      weights.setFlat(k, weights.get(k) / sum);
    }
    return weights;
  }

  /** What comes out of a backward pass. */
  private static final class Result {
    final double[] cost;
    final double[] a;
    final double[] b;
    final List<String> solvers = new ArrayList<>();
    final List<LinearStatus> statuses = new ArrayList<>();

    Result(Sinkhorn sinkhorn, Problem problem, Tensor w) {
      try (Solution s = sinkhorn.solve(problem)) {
        Gradients g = s.vjp(w);
        for (int k = 0; k < w.batch(); k++) {
          solvers.add(g.linearSolver(k));
          statuses.add(g.status(k));
        }
        cost = g.cost().toArray();
        a = g.a().toArray();
        b = g.b().toArray();
      }
    }
  }

  private static double largest(double[] x) {
    return Arrays.stream(x).map(Math::abs).max().orElseThrow();
  }

  private static void assertNear(double[] actual, double[] expected) {
    assertThat(actual).containsExactly(expected, within(TOLERANCE * largest(expected)));
  }

  private static Result check(Problem problem, Tensor w, double epsilon) {
    Result actual = new Result(sinkhorn("cuda", LinearSolver.CHOLESKY, epsilon), problem, w);
    Result expected = new Result(sinkhorn("reference", LinearSolver.DENSE, epsilon), problem, w);
    assertNear(actual.cost, expected.cost);
    assertNear(actual.a, expected.a);
    assertNear(actual.b, expected.b);
    return actual;
  }

  @ParameterizedTest
  @CsvSource({
    "F64, 1, 12, 9, false",
    "F64, 1, 9, 12, false",
    "F64, 3, 20, 20, true",
    "F32, 2, 15, 30, true",
    "F64, 1, 140, 131, false",
    "F64, 2, 130, 135, true",
    "F64, 2, 1, 5, false",
    "F64, 1, 6, 1, true",
  })
  void gradients_are_those_of_the_reference(
      DType dtype, int batch, int m, int n, boolean someEmpty) {
    Tensor cost = random(1, dtype, batch, m, n);
    Problem problem =
        Problem.of(cost).weights(weights(m, someEmpty && m > 1), weights(n, someEmpty && n > 1));
    Result result = check(problem, random(2, DType.F64, batch, m, n), 0.2);
    assertThat(result.solvers).containsOnly("cholesky");
  }

  @Test
  void points_have_a_factor_too() {
    Problem problem =
        Problem.of(new PointCloud(random(3, DType.F64, 2, 14, 2), random(4, DType.F64, 2, 11, 2)))
            .weights(weights(14, false), weights(11, false));
    Tensor w = random(5, DType.F64, 2, 14, 11);
    try (Solution s = sinkhorn("cuda", LinearSolver.CHOLESKY, 0.2).solve(problem);
        Solution t = sinkhorn("reference", LinearSolver.DENSE, 0.2).solve(problem)) {
      Gradients g = s.vjp(w);
      Gradients h = t.vjp(w);
      assertThat(g.linearSolver()).isEqualTo("cholesky");
      assertNear(g.a().toArray(), h.a().toArray());
      assertNear(g.b().toArray(), h.b().toArray());
    }
  }

  /** Costs within blocks are below 0.3, and this much more between them. */
  private Tensor blocks(int n, double between, boolean[] apart) {
    Tensor cost = random(6, DType.F64, apart.length, n, n);
    for (int problem = 0; problem < apart.length; problem++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double more = apart[problem] && (i < n / 2) != (j < n / 2) ? between : 0;
          cost.set(problem, i, j, 0.3 * cost.get(problem, i, j) + more);
        }
      }
    }
    return cost;
  }

  /**
   * Between the blocks e^(−between/ε) of the mass goes over, while a pivot of the factor is right
   * to 1e-16: what the factor says of the blocks' levels is rounding, or there is no factor.
   */
  @ParameterizedTest
  @CsvSource({"3.3, SOLVED", "4, SOLVED", "8, SOLVED", "Infinity, DISCONNECTED"})
  void where_the_plan_nearly_or_wholly_falls_apart_it_is_eliminated(
      double between, LinearStatus status) {
    Tensor cost = blocks(10, between, new boolean[] {true});
    Problem problem = Problem.of(cost);
    Tensor w = random(7, DType.F64, 1, 10, 10);
    Result actual = new Result(sinkhorn("cuda", LinearSolver.CHOLESKY, 0.1), problem, w);
    Result expected = new Result(sinkhorn("cuda", LinearSolver.DENSE, 0.1), problem, w);
    assertThat(actual.solvers).containsOnly("dense");
    assertThat(actual.statuses).containsExactly(status);
    assertThat(actual.cost).containsExactly(expected.cost);
    assertThat(actual.a).containsExactly(expected.a);
  }

  @Test
  void next_to_a_permutation_the_gradient_keeps_its_relative_accuracy() {
    int n = 12;
    Tensor cost = Tensor.allocate(arena, DType.F64, new Shape(1, n, n));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        cost.set(0, i, j, i == j ? 0 : 1 + 0.1 * Math.abs(Math.sin(i + 2.3 * j)));
      }
    }
    Result result = check(Problem.of(cost), random(8, DType.F64, 1, n, n), 0.02); // off by e^−50
    assertThat(largest(result.cost)).isBetween(1e-24, 1e-18);
  }

  @Test
  void each_problem_of_a_batch_goes_its_own_way_with_the_bits_that_it_has_alone() {
    boolean[] apart = {false, true, false};
    Tensor cost = blocks(10, INFINITE, apart);
    Tensor w = random(9, DType.F64, 3, 10, 10);
    Sinkhorn sinkhorn = sinkhorn("cuda", LinearSolver.CHOLESKY, 0.1);
    Result all = new Result(sinkhorn, Problem.of(cost), w);
    assertThat(all.solvers).containsExactly("cholesky", "dense", "cholesky");
    for (int k = 0; k < apart.length; k++) {
      Result one = new Result(sinkhorn, Problem.of(cost.problem(k)), w.problem(k));
      assertThat(Arrays.copyOfRange(all.cost, 100 * k, 100 * (k + 1))).containsExactly(one.cost);
      assertThat(Arrays.copyOfRange(all.a, 10 * k, 10 * (k + 1))).containsExactly(one.a);
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 9", "131, 130"})
  void a_factorisation_that_breaks_down_leaves_its_problem_to_elimination(int m, int n) {
    Problem problem =
        Problem.of(random(10, DType.F64, 2, m, n)).weights(weights(m, false), weights(n, false));
    Tensor w = random(11, DType.F64, 2, m, n);
    Emulator.fail("pivot", 2, 3, false);
    Result result = check(problem, w, 0.2);
    assertThat(result.solvers).containsExactly("cholesky", "dense");
  }

  @Test
  void a_tolerance_below_rounding_is_met_by_elimination() {
    Problem problem = Problem.of(random(12, DType.F64, 1, 30, 30));
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(0.2)
            .backend("cuda")
            .linearSolver(LinearSolver.CHOLESKY)
            .linearTolerance(1e-30)
            .build();
    Result result = new Result(sinkhorn, problem, random(13, DType.F64, 1, 30, 30));
    assertThat(result.solvers).containsExactly("dense");
  }
}
