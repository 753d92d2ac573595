package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.provider.CsvSource;

/** What sweeps on scalings start from: a kernel of its potentials, scaled to exact columns. */
class ScalingStartTest {
  private static final int M = 190;
  private static final int N = 230;

  private final Random random = new Random(11);
  private final double[][] cost = new double[M][];
  private final double[] f = random.doubles(M, -1, 1).toArray();
  private final double[] b = random.doubles(N, 0.5, 1).map(x -> x / N).toArray();

  ScalingStartTest() {
    Arrays.setAll(cost, i -> random.doubles(N).toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "reference, F64, 0.1",
    "reference, F32, 0.1",
    "reference, F32, 0.003",
    "vector, F64, 0.1",
    "vector, F32, 0.1",
    "vector, F64, 0.003",
    "vector, F32, 0.003"
  })
  void columns_are_exact_and_the_kernel_is_that_of_its_potentials(
      String backend, DType storage, double epsilon) {
    check(backend, DType.F64, storage, epsilon, 0);
  }

  @Test
  void costs_of_f32_and_anchors() {
    for (double[] row : cost) {
      Arrays.setAll(row, j -> (float) row[j]);
    }
    check("vector", DType.F32, DType.F32, 0.1, 0);
    check("vector", DType.F64, DType.F32, 0.1, 1);
  }

  @Test
  void forbidden_pairs_massless_rows_and_columns() {
    cost[3][7] = Double.POSITIVE_INFINITY;
    f[5] = Double.NEGATIVE_INFINITY;
    b[11] = 0;
    for (DType storage : DType.values()) {
      check("vector", DType.F64, storage, 0.1, 0);
      check("reference", DType.F64, storage, 0.1, 0);
    }
  }

  private void check(String backend, DType dtype, DType storage, double epsilon, double anchor) {
    boolean narrow = storage == DType.F32;
    // an entry is off by 1.2·2⁻²⁴, a sum over four rows in F32 by 2⁻²¹ at most; exponents of F64
    // are below 2000, off by a few of their ulps, 2⁻⁴³
    double entryError = (narrow ? 1.2 * 0x1p-24 : 0) + 4 * 0x1p-43;
    double sumError = narrow ? 0x1p-21 : 0x1p-43;
    try (Arena arena = Arena.ofShared();
        Session session = Backends.choose(backend, 1).open(1, M, N)) {
      Buffer c = session.matrix(dtype, M, N);
      session.write(Tensor.of(arena, cost), c);
      Buffer rowPotential = session.vector(M);
      session.write(Tensor.of(arena, new double[][] {f}), rowPotential);
      Buffer rowAnchor = session.vector(M);
      session.fill(rowAnchor, anchor, null);
      Buffer one = session.scalar();
      session.fill(one, epsilon, null);
      MatrixSource.Gibbs plan =
          new MatrixSource.Gibbs(
              new MatrixSource.Stored(c),
              rowAnchor,
              session.vector(N),
              one,
              rowPotential,
              session.vector(N));
      if (anchor == 0) { // then it is known that there are none
        Buffer mass = session.vector(M);
        session.fill(mass, 1, null);
        Buffer columns = session.vector(N);
        session.fill(columns, 1, null);
        Buffer facts = session.vector(Session.Facts.COUNT);
        session.inspect(plan.cost(), mass, columns, rowAnchor, plan.columnAnchor(), facts);
      }
      Buffer columnMass = session.vector(N);
      session.write(Tensor.of(arena, new double[][] {b}), columnMass);
      Buffer kernel = session.matrix(storage, M, N);
      Buffer v = session.vector(N);
      session.startScaling(plan, columnMass, new MatrixSource.Stored(kernel), v, null);
      double[] g = read(session, arena, plan.g());
      double[] k = read(session, arena, kernel);
      double[] scaling = read(session, arena, v);
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int i = 0; i < M; i++) {
          double want = StrictMath.exp((f[i] + g[j] - (cost[i][j] - anchor)) / epsilon);
          double lost = narrow ? Float.MIN_NORMAL : Double.MIN_NORMAL;
          assertThat(k[i * N + j]).isCloseTo(want, within(want * entryError + lost));
          sum += k[i * N + j] * scaling[j];
        }
        assertThat(sum).isCloseTo(b[j], within(b[j] * sumError));
        assertThat(g[j] == Double.NEGATIVE_INFINITY).isEqualTo(b[j] == 0);
      }
    }
  }

  private static double[] read(Session session, Arena arena, Buffer buffer) {
    Tensor host = Tensor.allocate(arena, DType.F64, Shape.matrix(buffer.rows(), buffer.columns()));
    session.read(buffer, host);
    session.poll();
    return host.toArray();
  }
}
