package jot.gpu;

import java.lang.foreign.Arena;
import jot.spi.Backend;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * A forward and a backward pass by hand: every operation that a solve needs, on a small batch, in a
 * session of its own. The same on every backend.
 */
final class Scenario {
  static final int BATCH = 2;
  static final int M = 7;
  static final int N = 9;

  private Scenario() {}

  static double[][] costs(int problem) {
    double[][] cost = new double[M][N];
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        cost[i][j] = Math.abs(Math.sin(1 + i * 1.7 + j * 2.3 + problem));
      }
    }
    return cost;
  }

  /** The cost's gradients of all problems, one after the other. */
  static double[] run(Backend backend) {
    try (Arena arena = Arena.ofShared();
        Session s = backend.open(BATCH, M, N)) {
      Tensor cost = Tensor.of(arena, new double[][][] {costs(0), costs(1)});
      Tensor weights = Tensor.allocate(arena, DType.F32, new Shape(BATCH, 1, M));
      weights.fill(1.0 / M);
      Buffer slot = s.slot(DType.F64, M, N);
      Buffer a = s.vector(M);
      Buffer b = s.vector(N);
      Buffer epsilon = s.scalar();
      Buffer f = s.vector(M);
      Buffer g = s.vector(N);
      Buffer alpha = s.vector(M);
      Buffer beta = s.vector(N);
      Buffer facts = s.vector(Session.Facts.COUNT);
      Buffer active = s.scalar();
      Buffer threshold = s.scalar();
      Buffer residual = s.scalar();
      Buffer sweeps = s.scalar();
      s.bind(slot, cost);
      s.write(weights, a);
      s.fill(b, 1.0 / N, null);
      s.fill(epsilon, 0.2, null);
      s.fill(active, 1, null);
      MatrixSource.Stored stored = new MatrixSource.Stored(slot);
      s.inspect(stored, a, b, alpha, beta, facts);
      MatrixSource.Gibbs plan = new MatrixSource.Gibbs(stored, alpha, beta, epsilon, f, g);
      s.rowUpdate(plan, a, null);
      s.columnUpdate(plan, b, null);
      Tensor read = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1));
      for (int block = 0; block < 4; block++) {
        for (int k = 0; k < 3; k++) {
          s.fill(residual, 0, null); // no backend may take F32 exponentials
          s.sweep(plan, a, b, threshold, residual, sweeps, active);
        }
        s.read(residual, read);
        s.poll();
      }
      return gradient(s, plan, epsilon, arena);
    }
  }

  private static double[] gradient(
      Session s, MatrixSource.Gibbs plan, Buffer epsilon, Arena arena) {
    Buffer rowSums = s.vector(M);
    Buffer columnSums = s.vector(N);
    Buffer anchor = s.vector(M);
    Buffer level = s.vector(M);
    Buffer share = s.vector(M);
    Buffer rhs = s.vector(N);
    Buffer diagonal = s.vector(N);
    Buffer factor = s.matrix(DType.F64, N, N);
    Buffer components = s.scalar();
    Buffer y = s.vector(N);
    Buffer x = s.vector(M);
    Buffer along = s.scalar();
    Buffer out = s.slot(DType.F64, M, N);
    Tensor result = Tensor.allocate(arena, DType.F64, new Shape(BATCH, M, N));
    s.bind(out, result);
    MatrixSource g = plan.cost();
    s.marginals(plan, rowSums, columnSums);
    s.rightHandSide(plan, g, epsilon, null, null, rowSums, anchor, level, share, rhs, diagonal);
    s.eliminate(plan, rowSums, columnSums, factor, components, null);
    s.eliminateSolve(factor, rhs, y, null);
    s.rowUnknowns(plan, rowSums, anchor, share, y, x, null);
    s.costGradient(
        new MatrixSource.LogPlan(plan),
        plan,
        g,
        null,
        anchor,
        level,
        x,
        y,
        0,
        out,
        null,
        null,
        along,
        null);
    s.poll();
    return result.toArray();
  }
}
