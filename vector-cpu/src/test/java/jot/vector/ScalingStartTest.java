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
  private final Random random = new Random(11);

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
    new Start(190, 230).check(backend, DType.F64, storage, epsilon, 0);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 9", "7, 1", "3, 5", "9, 37"})
  void small_shapes(int m, int n) {
    Start start = new Start(m, n);
    for (DType storage : DType.values()) {
      start.check("vector", DType.F64, storage, 0.1, 0);
      start.check("reference", DType.F64, storage, 0.1, 0);
    }
  }

  @Test
  void costs_of_f32_and_anchors() {
    Start start = new Start(190, 230);
    for (double[] row : start.cost) {
      Arrays.setAll(row, j -> (float) row[j]);
    }
    start.check("vector", DType.F32, DType.F32, 0.1, 0);
    start.check("vector", DType.F64, DType.F32, 0.1, 1);
  }

  @Test
  void forbidden_pairs_massless_rows_and_columns() {
    Start start = new Start(190, 230);
    start.cost[3][7] = Double.POSITIVE_INFINITY;
    start.f[5] = Double.NEGATIVE_INFINITY;
    start.b[11] = 0;
    for (DType storage : DType.values()) {
      start.check("vector", DType.F64, storage, 0.1, 0);
      start.check("reference", DType.F64, storage, 0.1, 0);
    }
  }

  /** What is below the normal numbers of the kernel's type is nothing, and its column has v = 1. */
  @Test
  void a_column_that_is_lost_to_underflow() {
    Start start = new Start(9, 37);
    start.b[5] = 1e-40;
    assertThat(start.run("vector", DType.F64, DType.F32, 0.1, 0).v()[5]).isEqualTo(1);
    assertThat(start.run("reference", DType.F64, DType.F32, 0.1, 0).v()[5]).isEqualTo(1);
    start.check("vector", DType.F64, DType.F64, 0.1, 0);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Found(double[] alpha, double[] beta, double[] g, double[] kernel, double[] v) {}

  /** Costs between 0 and 1, potentials of rows and masses of columns. */
  private final class Start {
    private final int m;
    private final int n;
    private final double[][] cost;
    private final double[] f;
    private final double[] b;

    Start(int m, int n) {
      this.m = m;
      this.n = n;
      f = random.doubles(m, -1, 1).toArray();
      b = random.doubles(n, 0.5, 1).map(x -> x / n).toArray();
      cost = new double[m][];
      Arrays.setAll(cost, i -> random.doubles(n).toArray());
    }

    private void check(String backend, DType dtype, DType storage, double epsilon, double anchor) {
      boolean narrow = storage == DType.F32;
      // an entry is off by 1.2·2⁻²⁴, a sum over four rows in F32 by 2⁻²¹ at most; exponents of F64
      // are below 2000, off by a few of their ulps, 2⁻⁴³
      double entryError = (narrow ? 1.2 * 0x1p-24 : 0) + 4 * 0x1p-43;
      double sumError = narrow ? 0x1p-21 : 0x1p-43;
      Found found = run(backend, dtype, storage, epsilon, anchor);
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int i = 0; i < m; i++) {
          double left = cost[i][j] - found.alpha()[i] - found.beta()[j];
          double want = StrictMath.exp((f[i] + found.g()[j] - left) / epsilon);
          double lost = narrow ? Float.MIN_NORMAL : Double.MIN_NORMAL;
          assertThat(found.kernel()[i * n + j]).isCloseTo(want, within(want * entryError + lost));
          sum += found.kernel()[i * n + j] * found.v()[j];
        }
        assertThat(sum).isCloseTo(b[j], within(b[j] * sumError));
        assertThat(found.g()[j] == Double.NEGATIVE_INFINITY).isEqualTo(b[j] == 0);
      }
    }

    private Found run(String backend, DType dtype, DType storage, double epsilon, double anchor) {
      try (Arena arena = Arena.ofShared();
          Session session = Backends.choose(backend, 1).open(1, m, n)) {
        Buffer c = session.matrix(dtype, m, n);
        session.write(Tensor.of(arena, cost), c);
        Buffer rowPotential = session.vector(m);
        session.write(Tensor.of(arena, new double[][] {f}), rowPotential);
        Buffer rowAnchor = session.vector(m);
        session.fill(rowAnchor, anchor, null);
        Buffer one = session.scalar();
        session.fill(one, epsilon, null);
        MatrixSource.Gibbs plan =
            new MatrixSource.Gibbs(
                new MatrixSource.Stored(c),
                rowAnchor,
                session.vector(n),
                one,
                rowPotential,
                session.vector(n));
        if (anchor == 0) { // then it is known whether there are any
          Buffer mass = session.vector(m);
          session.fill(mass, 1, null);
          Buffer columns = session.vector(n);
          session.fill(columns, 1, null);
          Buffer facts = session.vector(Session.Facts.COUNT);
          session.inspect(plan.cost(), mass, columns, rowAnchor, plan.columnAnchor(), facts);
        }
        Buffer columnMass = session.vector(n);
        session.write(Tensor.of(arena, new double[][] {b}), columnMass);
        Buffer kernel = session.matrix(storage, m, n);
        Buffer v = session.vector(n);
        session.startScaling(plan, columnMass, new MatrixSource.Stored(kernel), v, null);
        Buffer renewed = session.matrix(storage, m, n); // as a kernel is made later on
        session.materialise(plan, renewed, null);
        assertThat(read(session, arena, renewed)).isEqualTo(read(session, arena, kernel));
        return new Found(
            read(session, arena, rowAnchor),
            read(session, arena, plan.columnAnchor()),
            read(session, arena, plan.g()),
            read(session, arena, kernel),
            read(session, arena, v));
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
