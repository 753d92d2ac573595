package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.spi.host.RowKernels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exponentials that are rounded to F32, and what an inspection asks of a row. */
@Tag("widths")
class RoundedKernelsTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /** The polynomial's error of 9·10⁻⁹, and half an ulp of F32. */
  private static final double ERROR = 1.2 * 0x1p-24;

  private final RowKernels kernels = new VectorKernels();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 9, 16, 37, 2000})
  void an_exponential_is_off_by_its_rounding_however_small(int n) {
    try (Arena arena = Arena.ofConfined()) {
      Memory m = new Memory(arena, n, 8, 7);
      Random random = new Random(n);
      for (int j = 0; j < n; j++) {
        m.c.set(j, 42.5 * random.nextDouble());
      }
      gibbsAsF32(m, 0.25, 2);
      for (int j = 0; j < n; j++) {
        double x = 2 * (m.g.want[j] + 0.25 - m.c.want[j]);
        // the exponent's last place, of 128 at most, counts as many times in the exponential
        double want = StrictMath.exp(x);
        double error = want * (ERROR + 0x1p-45);
        assertThat((double) m.floatsOut.got(j)).isCloseTo(want, within(error));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 9, 16, 37})
  void what_is_no_normal_number_is_nothing(int n) {
    try (Arena arena = Arena.ofConfined()) {
      for (int at = 0; at < n; at++) {
        Memory m = new Memory(arena, n, 8, 7);
        m.c.set(at, INFINITY);
        m.g.set(n - 1 - at, -INFINITY);
        gibbsAsF32(m, 0.25, 1);
        assertThat(m.floatsOut.got(at)).isZero();
        assertThat(m.floatsOut.got(n - 1 - at)).isZero();
        m.c.setAll(0);
        m.g.setAll(-88); // e^-88 is below 2^-126
        gibbsAsF32(m, 0, 1);
        assertThat(m.floatsOut.got(at)).isZero();
        m.g.setAll(1000);
        gibbsAsF32(m, 0, 1);
        assertThat(m.floatsOut.got(at)).isEqualTo(Float.POSITIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 8, 9, 16, 37})
  void extremes_are_found_wherever_they_stand(int n) {
    try (Arena arena = Arena.ofConfined()) {
      for (int at = 0; at < n; at++) {
        Memory m = new Memory(arena, n, 8, 7);
        m.c.setAll(3);
        m.g.setAll(-INFINITY);
        assertThat(extremes(m)).isTrue();
        assertThat(m.five.got(0)).isEqualTo(3);
        assertThat(m.five.got(1)).isEqualTo(-INFINITY);
        m.c.set(at, -5);
        m.g.set(n - 1 - at, 0);
        assertThat(extremes(m)).isTrue();
        assertThat(m.five.got(0)).isEqualTo(5);
        assertThat(m.five.got(1)).isEqualTo(n - 1 - at == at ? 5 : -3);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 8, 9, 16, 37})
  void what_is_not_finite_is_seen_wherever_it_stands(int n) {
    try (Arena arena = Arena.ofConfined()) {
      for (int at = 0; at < n; at++) {
        Memory m = new Memory(arena, n, 8, 7);
        for (double bad : new double[] {INFINITY, -INFINITY, Double.NaN}) {
          m.c.set(at, bad);
          assertThat(extremes(m)).isFalse();
        }
        m.c.set(at, Double.MAX_VALUE);
        assertThat(extremes(m)).isTrue();
      }
    }
  }

  @Test
  void bounds_of_rows_are_those_of_each() {
    for (int n : new int[] {1, 4, 6, 37}) {
      try (Arena arena = Arena.ofConfined()) {
        Memory m = new Memory(arena, 7 * n, 8, 7);
        Memory alphas = new Memory(arena, 7, 8, 9);
        m.out.setAll(INFINITY);
        m.more.setAll(-INFINITY);
        kernels.bounds(
            7,
            m.c.segment,
            m.c.at,
            8L * n,
            alphas.x.segment,
            alphas.x.at,
            m.out.segment,
            m.out.at,
            m.more.segment,
            m.more.at,
            n);
        for (int j = 0; j < n; j++) {
          double low = INFINITY;
          double high = -INFINITY;
          for (int r = 0; r < 7; r++) {
            low = Math.min(low, m.c.want[r * n + j] - alphas.x.want[r]);
            high = Math.max(high, m.c.want[r * n + j] - alphas.x.want[r]);
          }
          assertThat(m.out.got(j)).isEqualTo(low);
          assertThat(m.more.got(j)).isEqualTo(high);
        }
      }
    }
  }

  private boolean extremes(Memory m) {
    return kernels.extremes(
        m.c.segment, m.c.at, m.g.segment, m.g.at, m.five.segment, m.five.at, m.n);
  }

  /** Makes the row, and sees to it that nothing else is written. */
  private void gibbsAsF32(Memory m, double f, double rate) {
    float before = 1234.5f;
    m.floatsOut.put(-1, before);
    m.floatsOut.put(m.n, before);
    kernels.gibbsAsF32(
        m.c.segment,
        m.c.at,
        m.g.segment,
        m.g.at,
        f,
        rate,
        m.floatsOut.segment,
        m.floatsOut.at,
        m.n);
    assertThat(m.floatsOut.got(-1)).isEqualTo(before);
    assertThat(m.floatsOut.got(m.n)).isEqualTo(before);
  }
}
