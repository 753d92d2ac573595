package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an inspection finds out about a cost decides which loops make the plan: never what comes
 * out. A session that was not told is beside each that was.
 */
class InRangeTest {
  private static final int M = 9;
  private static final int N = 37;

  private final Random random = new Random(5);
  private final double[][] cost = new double[M][];
  private final double[] b = random.doubles(N, 0.5, 1).map(x -> x / N).toArray();

  InRangeTest() {
    Arrays.setAll(cost, i -> random.doubles(N).toArray());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.02, 0.004, 0.0011, 1e-4})
  void sweeps_and_plans_are_the_same_to_the_bit(double epsilon) {
    same(epsilon);
  }

  @Test
  void forbidden_pairs_and_massless_columns_are_seen() {
    cost[3][7] = Double.POSITIVE_INFINITY;
    same(0.1);
    b[11] = 0;
    same(0.1);
    cost[3][7] = 0.5;
    same(0.1);
  }

  private void same(double epsilon) {
    double[] want = run(epsilon, false);
    assertThat(run(epsilon, true)).isEqualTo(want).doesNotContain(Double.NaN);
  }

  /** Potentials, residual and plan after three sweeps, from potentials of a size with the costs. */
  private double[] run(double epsilon, boolean inspected) {
    try (Arena arena = Arena.ofShared();
        Session session = Backends.choose("vector", 1).open(1, M, N)) {
      Buffer c = session.matrix(DType.F64, M, N);
      session.write(Tensor.of(arena, cost), c);
      Buffer f = session.vector(M);
      Buffer g = session.vector(N);
      Buffer one = session.scalar();
      session.fill(one, epsilon, null);
      MatrixSource.Gibbs plan =
          new MatrixSource.Gibbs(
              new MatrixSource.Stored(c), session.vector(M), session.vector(N), one, f, g);
      Buffer rowMass = session.vector(M);
      session.fill(rowMass, 1.0 / M, null);
      Buffer columnMass = session.vector(N);
      session.write(Tensor.of(arena, new double[][] {b}), columnMass);
      if (inspected) {
        Buffer facts = session.vector(Session.Facts.COUNT);
        session.inspect(
            plan.cost(), rowMass, columnMass, plan.rowAnchor(), plan.columnAnchor(), facts);
      }
      session.columnUpdate(plan, columnMass, null);
      Buffer threshold = session.scalar();
      session.fill(threshold, -1, null);
      Buffer residual = session.scalar();
      Buffer active = session.scalar();
      session.fill(active, 1, null);
      for (int k = 0; k < 3; k++) {
        session.fill(residual, 0, null); // F64 exponentials
        session.sweep(plan, rowMass, columnMass, threshold, residual, session.scalar(), active);
      }
      Buffer stored = session.matrix(DType.F64, M, N);
      session.materialise(plan, stored, null);
      double[] all = new double[M + N + 1 + M * N];
      int at = 0;
      for (Buffer buffer : new Buffer[] {f, g, residual, stored}) {
        Tensor host =
            Tensor.allocate(arena, DType.F64, Shape.matrix(buffer.rows(), buffer.columns()));
        session.read(buffer, host);
        session.poll();
        double[] numbers = host.toArray();
        System.arraycopy(numbers, 0, all, at, numbers.length);
        at += numbers.length;
      }
      return all;
    }
  }
}
