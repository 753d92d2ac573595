package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import jot.Gradients;
import jot.LinearSolver;
import jot.LinearStatus;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.conformance.Problems.Case;
import jot.geometry.PointCloud;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The second level of the preconditioner: what it is, and that it spares steps. */
class CoarseSpaceTest {
  private static final int M = 53;
  private static final int N = 41;

  /** Columns of which the plan has at least so many for each group. */
  private static final int COLUMNS_PER_GROUP = 4;

  /** Gradients that two solvers give, relative to the largest entry. */
  private static final double TOLERANCE = 1e-8;

  private static boolean isThere() {
    try (Session session = Backends.choose(null, Backends.defaultThreads()).open(1, M, N)) {
      return session.coarseSpace() != null;
    }
  }

  /** Mass that goes to near columns alone, none from row 7 and none to columns 0 and 20. */
  private static double[][] local(double width) {
    return Matrices.of(
        M,
        N,
        (i, j) -> {
          double d = ((double) i / M - (double) j / N) / width;
          return i == 7 || j == 0 || j == 20 ? 0 : Math.exp(-d * d) / M;
        });
  }

  /** Two plans beside each other that have nothing in common. */
  private static double[][] apart() {
    double[][] p = local(0.1);
    return Matrices.of(M, N, (i, j) -> i < M / 2 == j < N / 2 ? p[i][j] : 0);
  }

  /** diag(c) − Pᵀ diag(1/r) P. */
  private static double[][] laplacian(double[][] p) {
    double[] r = Matrices.rowSums(p);
    double[][] scaled = Matrices.of(M, N, (i, j) -> r[i] > 0 ? p[i][j] / r[i] : 0);
    double[][] off = Matrices.of(N, N, (j, k) -> column(p, j, scaled, k));
    double[] c = Matrices.columnSums(p);
    return Matrices.of(N, N, (j, k) -> (j == k ? c[j] : 0) - off[j][k]);
  }

  private static double column(double[][] x, int j, double[][] y, int k) {
    double sum = 0;
    for (int i = 0; i < M; i++) {
      sum += x[i][j] * y[i][k];
    }
    return sum;
  }

  private static double[][] product(double[][] x, double[][] y) {
    double[][] transposed = Matrices.transpose(y);
    return Matrices.of(x.length, y[0].length, (i, j) -> Matrices.inner(x[i], transposed[j]));
  }

  /** What add adds, of every unit vector. */
  private static double[][] correction(double[][] p) {
    double[][] result = new double[N][];
    try (Arena arena = Arena.ofConfined();
        Session session = Backends.choose(null, Backends.defaultThreads()).open(1, M, N)) {
      CoarseSpace space = session.coarseSpace();
      Assumptions.assumeTrue(space != null, "this backend has none");
      Buffer plan = session.matrix(DType.F64, M, N);
      Buffer rows = session.vector(M);
      Buffer columns = session.vector(N);
      Buffer anchor = session.vector(M);
      Buffer r = session.vector(N);
      Buffer z = session.vector(N);
      Buffer active = session.scalar();
      double[] largest = new double[M];
      for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
          largest[i] = p[i][j] > p[i][(int) largest[i]] ? j : largest[i];
        }
      }
      session.write(Tensor.of(arena, p), plan);
      session.write(Tensor.vector(arena, largest), anchor);
      session.fill(active, 1, null);
      MatrixSource.Stored source = new MatrixSource.Stored(plan);
      session.marginals(source, rows, columns);
      space.build(source, rows, columns, anchor, active);
      session.poll();
      for (int j = 0; j < N; j++) {
        double[] unit = new double[N];
        unit[j] = 1;
        session.write(Tensor.vector(arena, unit), r);
        session.fill(z, 2, null);
        session.poll();
        space.add(r, z, active);
        Tensor out = Tensor.vector(arena, unit);
        session.read(z, out);
        session.poll();
        result[j] = Arrays.stream(out.toArray()).map(x -> x - 2).toArray();
      }
    }
    return result;
  }

  /**
   * A = Z S_c⁻¹ Zᵀ is symmetric, A S A = A says that S_c is Zᵀ S Z, and it has one value a group.
   *
   * <p>Its rounding: N products of numbers of the size of A and S, κ = max|A| max|S| N times over.
   */
  @ParameterizedTest
  @CsvSource({"0.05, false", "0.2, false", "1, false", "0, true"})
  void the_correction_solves_the_laplacian_between_groups(double width, boolean isApart) {
    double[][] p = isApart ? apart() : local(width);
    double[][] a = correction(p);
    double[][] s = laplacian(p);
    double size = Matrices.maxAbs(a);
    double rounding = N * 0x1p-53 * size * Math.max(1, N * size * Matrices.maxAbs(s));
    assertThat(size).isPositive();
    assertThat(Matrices.maxDifference(a, Matrices.transpose(a))).isLessThan(rounding);
    assertThat(Matrices.maxDifference(product(product(a, s), a), a)).isLessThan(rounding);
    assertThat(a[0]).containsOnly(0.0);
    assertThat(a[20]).containsOnly(0.0);
    for (double[] row : a) {
      assertThat(Arrays.stream(row).distinct().count())
          .isLessThanOrEqualTo(N / COLUMNS_PER_GROUP + 1);
    }
  }

  private static Case points(int seed, int m, int n, double relative) {
    Random random = new Random(seed);
    double[][] cost =
        Problems.squaredDistances(Problems.points(random, m, 2), Problems.points(random, n, 2));
    double[][] weights = Problems.weights(random, m, n, 1);
    return new Case(cost, weights[0], weights[1], relative * Matrices.maxAbs(cost));
  }

  private static Sinkhorn by(LinearSolver solver, Case p) {
    return Sinkhorn.builder()
        .epsilon(p.epsilon())
        .tolerance(1e-11)
        .linearSolver(solver)
        .linearTolerance(1e-12)
        .errorEstimate(false)
        .build();
  }

  /** The same gradient in fewer steps: in the second pass from the first step on. */
  @ParameterizedTest
  @CsvSource({"250, 250, 2e-3", "200, 300, 2e-3", "300, 200, 1e-3"})
  void gradients_are_those_of_elimination_in_fewer_steps(int m, int n, double relative) {
    Case p = points(5, m, n, relative);
    Tensor g = Answer.tensor(Matrices.gaussian(new Random(6), m, n));
    try (Solution diagonal = by(LinearSolver.CG_DIAGONAL, p).solve(Answer.problem(p));
        Solution dense = by(LinearSolver.DENSE, p).solve(Answer.problem(p));
        Solution auto = by(LinearSolver.AUTO, p).solve(Answer.problem(p))) {
      double[][] exact = Answer.Gradient.of(dense.vjp(g)).cost();
      int without = diagonal.vjp(g).steps(0);
      for (int pass = 0; pass < 2; pass++) {
        Gradients gradients = auto.vjp(g);
        assertThat(gradients.linearSolver()).isEqualTo("cg");
        assertThat(gradients.status()).isEqualTo(LinearStatus.SOLVED);
        assertThat(Matrices.maxDifference(Answer.Gradient.of(gradients).cost(), exact))
            .isLessThan(TOLERANCE * Matrices.maxAbs(exact));
        if (isThere()) {
          assertThat(gradients.steps(0)).isLessThan((pass == 0 ? 4 : 3) * without / 4);
        }
      }
    }
  }

  @Test
  void positions_have_it_too() {
    Random random = new Random(8);
    double[][] x = Problems.points(random, 250, 2);
    double[][] y = Problems.points(random, 250, 2);
    Case p = points(8, 250, 250, 2e-3);
    Tensor g = Answer.tensor(Matrices.gaussian(random, 250, 250));
    Problem problem = Problem.of(new PointCloud(Answer.tensor(x), Answer.tensor(y)));
    try (Solution diagonal = by(LinearSolver.CG_DIAGONAL, p).solve(problem);
        Solution dense = by(LinearSolver.DENSE, p).solve(problem);
        Solution auto = by(LinearSolver.AUTO, p).solve(problem)) {
      double[][] exact = dense.vjp(g).positions().x().toMatrix();
      int without = diagonal.vjp(g).steps(0);
      Gradients gradients = auto.vjp(g);
      assertThat(Matrices.maxDifference(gradients.positions().x().toMatrix(), exact))
          .isLessThan(TOLERANCE * Matrices.maxAbs(exact));
      if (isThere()) {
        assertThat(gradients.steps(0)).isLessThan(without);
      }
    }
  }

  /** Slow ones and fast ones, with and without mass in every column. */
  @Test
  void a_problem_of_a_batch_takes_the_steps_it_takes_alone() {
    Case slow = points(5, 250, 250, 2e-3);
    double[] b = slow.b().clone();
    b[17] = 0;
    b[90] = 0;
    Case[] cases = {
      slow,
      points(6, 250, 250, 0.1),
      slow.withWeights(slow.a(), Problems.normalised(b, 1)),
      points(7, 250, 250, 2e-3)
    };
    double[][][] g = new double[cases.length][][];
    Arrays.setAll(g, k -> Matrices.gaussian(new Random(20 + k), 250, 250));
    try (Solution together = by(LinearSolver.AUTO, slow).solve(Answer.together(cases))) {
      for (int pass = 0; pass < 2; pass++) {
        Gradients all = together.vjp(Answer.batch(g));
        for (int k = 0; k < cases.length; k++) {
          try (Solution alone = by(LinearSolver.AUTO, cases[k]).solve(Answer.problem(cases[k]))) {
            Gradients own = alone.vjp(Answer.tensor(g[k]));
            own = pass == 0 ? own : alone.vjp(Answer.tensor(g[k]));
            assertThat(all.steps(k)).isEqualTo(own.steps(0));
            assertThat(Answer.Gradient.of(all, k).cost())
                .isDeepEqualTo(Answer.Gradient.of(own).cost());
          }
        }
      }
    }
  }
}
