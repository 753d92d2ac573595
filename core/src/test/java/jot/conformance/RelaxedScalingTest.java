package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Over-relaxed sweeps on scalings beside their formula. */
class RelaxedScalingTest {
  private static final int M = 37;
  private static final int N = 70;

  private final Arena arena = Arena.ofShared();
  private final Session session = Backends.choose(null, Backends.defaultThreads()).open(1, M, N);
  private final Random random = new Random(7);
  private final double[][] kernel = Matrices.of(M, N, (i, j) -> (float) random.nextDouble());
  private final double[] a = random.doubles(M, 0.1, 1).toArray();
  private final double[] b = random.doubles(N, 0.1, 1).toArray();
  private final double[] u = random.doubles(M, 0.5, 2).toArray();
  private final double[] v = random.doubles(N, 0.5, 2).toArray();
  private final Buffer omega = session.scalar();
  private final Buffer columnError = session.scalar();
  private final Buffer threshold = session.scalar();
  private final Buffer residual = session.scalar();
  private final Buffer sweeps = session.scalar();
  private final Buffer stale = session.scalar();
  private final Buffer active = session.scalar();
  private final Buffer rows = session.vector(M);
  private final Buffer columns = session.vector(N);

  @AfterEach
  void close() {
    session.close();
    arena.close();
  }

  private Tensor host(double... values) {
    Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(1, 1, values.length));
    for (int k = 0; k < values.length; k++) {
      tensor.setFlat(k, values[k]);
    }
    return tensor;
  }

  private Buffer vector(double[] values) {
    Buffer buffer = session.vector(values.length);
    session.write(host(values), buffer);
    return buffer;
  }

  private double[] read(Buffer buffer, int length) {
    Tensor tensor = host(new double[length]);
    session.read(buffer, tensor);
    session.poll();
    return tensor.toArray();
  }

  private double scalar(Buffer buffer) {
    return read(buffer, 1)[0];
  }

  /** One sweep from u and v, the entering columns said to be off by 0.25. */
  private void sweep(DType storage, double relaxation) {
    Buffer stored = session.matrix(storage, M, N);
    session.write(Tensor.of(arena, kernel), stored);
    session.write(host(u), rows);
    session.write(host(v), columns);
    session.fill(omega, relaxation, null);
    session.fill(columnError, 0.25, null);
    session.fill(threshold, 0, null);
    session.fill(stale, 0, null);
    session.fill(sweeps, 3, null);
    session.fill(active, 1, null);
    session.relaxedScalingSweep(
        new MatrixSource.Stored(stored),
        vector(a),
        vector(b),
        rows,
        columns,
        omega,
        columnError,
        threshold,
        residual,
        sweeps,
        stale,
        active);
    session.poll();
  }

  @ParameterizedTest
  @CsvSource({"F64, 1.7, 1e-13", "F64, 1, 1e-13", "F32, 1.7, 1e-6", "F32, 1, 1e-6"})
  void both_updates_go_omega_times_as_far(DType storage, double relaxation, double relative) {
    sweep(storage, relaxation);
    double[] wantU = new double[M];
    double wantResidual = 0.25;
    for (int i = 0; i < M; i++) {
      double sum = 0;
      for (int j = 0; j < N; j++) {
        sum += kernel[i][j] * v[j];
      }
      wantU[i] = u[i] * Math.pow(a[i] / (sum * u[i]), relaxation);
      wantResidual += Math.abs(u[i] * sum - a[i]);
    }
    double wantError = 0;
    double[] gotU = read(rows, M);
    double[] gotV = read(columns, N);
    for (int j = 0; j < N; j++) {
      double sum = 0;
      for (int i = 0; i < M; i++) {
        sum += kernel[i][j] * wantU[i];
      }
      double want = v[j] * Math.pow(b[j] / (sum * v[j]), relaxation);
      wantError += Math.abs(want * sum - b[j]);
      assertThat(gotV[j]).isCloseTo(want, within(2 * relaxation * relative * want));
    }
    for (int i = 0; i < M; i++) {
      assertThat(gotU[i]).isCloseTo(wantU[i], within(relaxation * relative * wantU[i]));
    }
    double mass = a.length + b.length;
    assertThat(scalar(residual)).isCloseTo(wantResidual, within(relative * M * N));
    assertThat(scalar(columnError)).isCloseTo(wantError, within(relative * mass));
    assertThat(scalar(sweeps)).isEqualTo(4);
    assertThat(scalar(stale)).isZero();
    assertThat(scalar(active)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void no_relaxation_is_a_plain_sweep_to_the_bit(DType storage) {
    sweep(storage, 1);
    double[] gotU = read(rows, M);
    double[] gotV = read(columns, N);
    Buffer stored = session.matrix(storage, M, N);
    session.write(Tensor.of(arena, kernel), stored);
    session.write(host(u), rows);
    session.write(host(v), columns);
    session.fill(active, 1, null);
    session.scalingSweep(
        new MatrixSource.Stored(stored),
        vector(a),
        vector(b),
        rows,
        columns,
        threshold,
        residual,
        sweeps,
        stale,
        active);
    session.poll();
    assertThat(gotU).isEqualTo(read(rows, M));
    assertThat(gotV).isEqualTo(read(columns, N));
  }

  @Test
  void what_would_leave_the_safe_range_stays_and_is_stale() {
    u[3] = 1e39;
    a[3] = 1e45;
    sweep(DType.F64, 1.9);
    assertThat(scalar(stale)).isEqualTo(1);
    assertThat(read(rows, M)).isEqualTo(u);
    assertThat(read(columns, N)).isEqualTo(v);
    assertThat(scalar(sweeps)).isEqualTo(3);
  }

  @Test
  void an_entering_error_of_the_columns_keeps_a_problem_going() {
    for (int i = 0; i < M; i++) {
      double sum = 0;
      for (int j = 0; j < N; j++) {
        sum += kernel[i][j] * v[j];
      }
      u[i] = a[i] / sum;
    }
    sweep(DType.F64, 1.5);
    assertThat(scalar(residual)).isCloseTo(0.25, within(1e-13 * M));
    assertThat(scalar(active)).isEqualTo(1);
  }
}
