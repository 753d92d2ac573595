package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.Status;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** F32 is storage: whatever arithmetic a sweep may take on its way, where it ends is F64. */
@Tag("rounding")
class NarrowStorageTest {

  private static Tensor costs(int n, long seed) {
    Random random = new Random(seed);
    double[][] cost = new double[n][n];
    for (double[] row : cost) {
      for (int j = 0; j < n; j++) {
        row[j] = random.nextFloat();
      }
    }
    return Answer.tensor(cost);
  }

  @ParameterizedTest
  @CsvSource({
    "LOG,7,0.1",
    "LOG,40,0.05",
    "LOG,150,0.02",
    "SCALING,40,0.05",
    "AUTO,40,0.05",
    "AUTO,150,0.02"
  })
  void f32_costs_solve_as_their_f64_values_do(Solver solver, int n, double epsilon) {
    Tensor wide = costs(n, n);
    Tensor narrow = wide.copyTo(Arena.ofAuto(), DType.F32);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(epsilon)
            .tolerance(1e-12)
            .maxIterations(100_000)
            .solver(solver)
            .build();
    try (Solution want = sinkhorn.solve(Problem.of(wide));
        Solution got = sinkhorn.solve(Problem.of(narrow))) {
      assertThat(got.status()).isEqualTo(Status.CONVERGED);
      assertThat(got.residual()).isLessThanOrEqualTo(1e-12);
      double[] f = want.f().toArray();
      double[] narrowF = got.f().toArray();
      for (int i = 0; i < n; i++) {
        assertThat(narrowF[i]).isCloseTo(f[i], within(1e-8 * epsilon));
      }
      assertThat(got.sharpCost()).isCloseTo(want.sharpCost(), within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LOG,40,0.05",
    "LOG,150,0.02",
    "SCALING,40,0.05",
    "SCALING,150,0.02",
    "SCALING,40,0.01",
    "AUTO,150,0.02"
  })
  void reported_residual_is_the_plans_own_however_early_it_stops(
      Solver solver, int n, double epsilon) {
    Tensor wide = costs(n, n);
    Tensor narrow = wide.copyTo(Arena.ofAuto(), DType.F32);
    for (double tolerance : new double[] {1e-1, 1e-3, 1e-5, 1e-7}) {
      Sinkhorn sinkhorn =
          Sinkhorn.builder().epsilon(epsilon).tolerance(tolerance).solver(solver).build();
      try (Solution s = sinkhorn.solve(Problem.of(narrow))) {
        assertThat(s.status()).isEqualTo(Status.CONVERGED);
        assertThat(s.residual()).isLessThanOrEqualTo(tolerance);
        double[] f = s.f().toArray();
        double[] g = s.g().toArray();
        double[][] cost = wide.toMatrix();
        double residual = 0;
        for (int i = 0; i < n; i++) {
          double sum = 0;
          for (int j = 0; j < n; j++) {
            sum += Math.exp((f[i] + g[j] - cost[i][j]) / epsilon);
          }
          residual += Math.abs(sum - 1.0 / n);
        }
        assertThat(s.residual()).isCloseTo(residual, within(1e-12));
      }
    }
  }

  /**
   * Sweeps in F32 arithmetic: a solve ends where its tolerance is met, or is cut, and not later.
   */
  @ParameterizedTest
  @EnumSource(DType.class)
  void coarse_arithmetic_takes_no_sweep_more(DType dtype) {
    Problem problem = Problem.of(costs(60, 9).copyTo(Arena.ofAuto(), dtype));
    Sinkhorn.Builder builder = Sinkhorn.builder().epsilon(0.005).solver(Solver.LOG);
    for (double tolerance : new double[] {1e-1, 1e-2}) {
      int needed;
      try (Solution s = builder.tolerance(tolerance).maxIterations(10_000).build().solve(problem)) {
        assertThat(s.status()).isEqualTo(Status.CONVERGED);
        needed = s.iterations();
      }
      int fewer = needed - 2;
      try (Solution s = builder.tolerance(1e-12).maxIterations(fewer).build().solve(problem)) {
        assertThat(s.status()).isEqualTo(Status.MAX_ITERATIONS);
        assertThat(s.iterations()).isEqualTo(fewer);
        // F32 exponents of 3/ε = 600 are off by 600 · 2⁻²³, and so are residuals
        assertThat(s.residual()).isGreaterThan(tolerance - 600 * 0x1p-23);
      }
    }
  }

  /** The entries of a kernel of F32 vanish where the mass is small: sweeps must not go astray. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-38, 1e-30, 1e-12, 1, 1e12, 1e30})
  void kernels_of_f32_serve_any_mass(double mass) {
    int n = 40;
    double[] weights = new double[n];
    for (int i = 0; i < n; i++) {
      weights[i] = mass * (i + 1) / n;
    }
    Sinkhorn sinkhorn =
        Sinkhorn.builder().epsilon(0.02).tolerance(1e-6).solver(Solver.SCALING).build();
    Tensor narrow = costs(n, 5).copyTo(Arena.ofAuto(), DType.F32);
    Problem problem = Problem.of(narrow).weights(Answer.vector(weights), Answer.vector(weights));
    try (Solution s = sinkhorn.solve(problem)) {
      assertThat(s.status()).isEqualTo(Status.CONVERGED);
      double[][] plan = s.plan().toMatrix();
      if (mass >= 1e-12) { // the plan itself is of F32
        assertThat(
                Matrices.sumOfDifferences(Matrices.rowSums(plan), weights) / (mass * (n + 1) / 2))
            .isLessThan(1.2e-6);
      }
    }
  }
}
