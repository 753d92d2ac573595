package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import jot.spi.host.RowKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Infinities, zeros and ties, at every place of a row. */
@Tag("widths")
class SpecialValuesTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private final RowKernels kernels = new VectorKernels();
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private Memory memory(int n) {
    return new Memory(arena, n, 8, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21})
  void forbidden_pairs_and_massless_columns_get_no_plan(int n) {
    for (int at = 0; at < n; at++) {
      Memory m = memory(n);
      m.c.set(at, INFINITY);
      m.g.set(n - 1 - at, -INFINITY);
      double sum = gibbs(m, 1);
      assertThat(m.out.got(at)).isEqualTo(0.0);
      assertThat(m.out.got(n - 1 - at)).isEqualTo(0.0);
      double want = 0;
      for (int j = 0; j < n; j++) {
        want += m.out.got(j);
      }
      assertThat(sum).isCloseTo(want, offset(1e-14 * n));
      exponents(m, 1);
      assertThat(m.out.got(at)).isEqualTo(-INFINITY);
      assertThat(m.out.got(n - 1 - at)).isEqualTo(-INFINITY);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21})
  void exponents_are_minus_infinity_exactly_where_the_plan_is_zero(int n) {
    for (double rate : new double[] {10, 200, 700, 5000}) {
      Memory m = memory(n);
      gibbs(m, rate);
      boolean[] zero = new boolean[n];
      for (int j = 0; j < n; j++) {
        zero[j] = m.out.got(j) == 0;
      }
      exponents(m, rate);
      for (int j = 0; j < n; j++) {
        assertThat(m.out.got(j) == -INFINITY).isEqualTo(zero[j]);
      }
    }
  }

  @Test
  void without_beta_means_a_beta_of_zeros_to_the_bit() {
    for (int n : new int[] {1, 6, 29, 1500}) {
      Memory m = memory(n);
      m.beta.setAll(0);
      double with = gibbs(m, 0, 7.7);
      double[] plan = new double[n];
      for (int j = 0; j < n; j++) {
        plan[j] = m.out.got(j);
      }
      double without =
          kernels.gibbs(
              m.c.segment, m.c.at, m.g.segment, m.g.at, 0.2, 7.7, m.out.segment, m.out.at, n);
      assertThat(without).isEqualTo(with);
      for (int j = 0; j < n; j++) {
        assertThat(m.out.got(j)).isEqualTo(plan[j]);
      }
    }
  }

  @Test
  void a_row_that_overflows_says_so() {
    Memory m = memory(11);
    m.g.set(6, 5000);
    assertThat(gibbs(m, 1)).isEqualTo(INFINITY);
    assertThat(m.out.got(6)).isEqualTo(INFINITY);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 19})
  void largest_slack_ignores_what_is_forbidden(int n) {
    Memory m = memory(n);
    m.g.setAll(-INFINITY);
    m.c.set(0, INFINITY);
    assertThat(maxSlack(m)).isEqualTo(-INFINITY);
    for (int at = 0; at < n; at++) {
      m.g.setAll(-INFINITY);
      m.g.set(at, 0.5);
      m.c.set(at, 2);
      m.beta.set(at, 0.25);
      assertThat(maxSlack(m)).isEqualTo(0.5 - ((2 - 0.1) - 0.25));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 19})
  void columns_without_a_top_get_nothing(int n) {
    for (int at = 0; at < n; at++) {
      Memory m = memory(n);
      m.x.set(at, -INFINITY);
      m.c.set(at, INFINITY);
      m.c.set(n - 1 - at, INFINITY);
      kernels.addColumnExp(
          m.c.segment,
          m.c.at,
          0.1,
          m.beta.segment,
          m.beta.at,
          0.3,
          m.x.segment,
          m.x.at,
          2,
          m.out.segment,
          m.out.at,
          n);
      assertThat(m.out.got(at)).isEqualTo(m.out.want[at]);
      assertThat(m.out.got(n - 1 - at)).isEqualTo(m.out.want[n - 1 - at]);
    }
  }

  @Test
  void sums_over_the_support_meet_no_infinity() {
    for (int n : new int[] {1, 4, 5, 30}) {
      Memory m = memory(n);
      m.p.setAll(0);
      m.g.setAll(-INFINITY);
      assertThat(kernels.dotSupport(m.p.segment, m.p.at, m.g.segment, m.g.at, n)).isEqualTo(0);
      assertThat(kernels.weightedDeviation(m.p.segment, m.p.at, m.g.segment, m.g.at, 3, n))
          .isEqualTo(0);
      kernels.addDeviation(
          m.p.segment, m.p.at, m.g.segment, m.g.at, 3, 2, m.out.segment, m.out.at, n);
      kernels.gradientRow(
          2,
          m.p.segment,
          m.p.at,
          m.g.segment,
          m.g.at,
          3,
          2,
          m.y.segment,
          m.y.at,
          m.more.segment,
          m.more.at,
          n);
      for (int j = 0; j < n; j++) {
        assertThat(m.out.got(j)).isEqualTo(m.out.want[j]);
        assertThat(m.more.got(j)).isEqualTo(0);
      }
      m.c.setAll(INFINITY);
      double along =
          kernels.dotExponents(
              m.p.segment,
              m.p.at,
              m.c.segment,
              m.c.at,
              0,
              m.beta.segment,
              m.beta.at,
              m.g.segment,
              m.g.at,
              1,
              n);
      assertThat(along).isEqualTo(0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 17, 40})
  void arg_max_is_the_first_of_the_largest(int n) {
    Memory m = memory(n);
    m.x.setAll(-INFINITY);
    assertThat(kernels.argMax(m.x.segment, m.x.at, n)).isEqualTo(0);
    m.x.setAll(-7);
    for (int at = n - 1; at >= 0; at--) {
      m.x.set(at, -2);
      assertThat(kernels.argMax(m.x.segment, m.x.at, n)).isEqualTo(at);
    }
    m.x.set(n / 2, INFINITY);
    assertThat(kernels.argMax(m.x.segment, m.x.at, n)).isEqualTo(n / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 17, 40})
  void largest_is_found_wherever_it_stands(int n) {
    for (int at = 0; at < n; at++) {
      Memory m = memory(n);
      m.x.setAll(INFINITY);
      assertThat(kernels.maxAbsFinite(m.x.segment, m.x.at, 9, n)).isEqualTo(0);
      m.x.set(at, -5);
      assertThat(kernels.maxAbsFinite(m.x.segment, m.x.at, 9, n)).isEqualTo(14);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 17, 40})
  void what_is_no_cost_is_found_first(int n) {
    for (int at = 0; at < n; at++) {
      Memory m = memory(n);
      assertThat(findBad(m, true)).isEqualTo(-1);
      m.x.set(at, INFINITY);
      assertThat(findBad(m, false)).isEqualTo(-1);
      assertThat(findBad(m, true)).isEqualTo(at);
      m.x.set(n - 1, Double.NaN);
      m.x.set(at, -INFINITY);
      assertThat(findBad(m, false)).isEqualTo(at);
      m.x.set(at, Double.NaN);
      assertThat(findBad(m, false)).isEqualTo(at);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 18})
  void bounds_pass_over_infinities(int n) {
    Memory m = memory(n);
    m.x.setAll(INFINITY);
    kernels.bound(m.x.segment, m.x.at, 2, m.out.segment, m.out.at, m.more.segment, m.more.at, n);
    for (int j = 0; j < n; j++) {
      assertThat(m.out.got(j)).isEqualTo(m.out.want[j]);
      assertThat(m.more.got(j)).isEqualTo(m.more.want[j]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 17})
  void narrowing_rounds_to_nearest_and_keeps_infinities(int n) {
    Memory m = memory(n);
    m.floats.put(n, 42);
    m.x.set(n / 2, 1e300);
    kernels.narrow(m.x.segment, m.x.at, m.floats.segment, m.floats.at, n);
    for (int j = 0; j < n; j++) {
      assertThat(m.floats.got(j)).isEqualTo((float) m.x.want[j]);
    }
    assertThat(m.floats.got(n)).as("the number beyond").isEqualTo(42);
  }

  @Test
  void squared_distances_sum_over_strided_coordinates() {
    int n = 10;
    Memory m = memory(3 * n);
    kernels.squaredDistance(
        m.x.segment,
        m.x.at + 8,
        8L * 5,
        m.y.segment,
        m.y.at,
        8L * n,
        3,
        m.out.segment,
        m.out.at,
        n);
    for (int j = 0; j < n; j++) {
      double want = 0;
      for (int k = 0; k < 3; k++) {
        double difference = m.x.want[1 + 5 * k] - m.y.want[k * n + j];
        want += difference * difference;
      }
      assertThat(m.out.got(j)).isCloseTo(want, offset(1e-14));
    }
    assertThat(m.out.got(n)).isEqualTo(m.out.want[n]);
  }

  @Test
  void mapped_files_are_read_where_they_lie(@TempDir Path folder) throws IOException {
    int n = 37;
    Memory m = memory(n);
    Path file = folder.resolve("numbers");
    Files.write(file, new byte[8 * n]);
    try (Arena own = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8L * n, own);
      MemorySegment.copy(m.x.segment, m.x.at, mapped, 0, 8L * n);
      assertThat(kernels.sum(mapped, 0, n)).isEqualTo(kernels.sum(m.x.segment, m.x.at, n));
    }
  }

  @Test
  void segments_on_the_heap_are_refused() {
    MemorySegment heap = MemorySegment.ofArray(new double[8]);
    assertThatThrownBy(() -> kernels.sum(heap, 0, 8)).isInstanceOf(ClassCastException.class);
  }

  private double gibbs(Memory m, double rate) {
    return gibbs(m, 0.1, rate);
  }

  private double gibbs(Memory m, double alpha, double rate) {
    return kernels.gibbs(
        m.c.segment,
        m.c.at,
        alpha,
        m.beta.segment,
        m.beta.at,
        m.g.segment,
        m.g.at,
        0.2,
        rate,
        m.out.segment,
        m.out.at,
        m.n);
  }

  private void exponents(Memory m, double rate) {
    kernels.exponents(
        m.c.segment,
        m.c.at,
        0.1,
        m.beta.segment,
        m.beta.at,
        m.g.segment,
        m.g.at,
        0.2,
        rate,
        m.out.segment,
        m.out.at,
        m.n);
  }

  private double maxSlack(Memory m) {
    return kernels.maxSlack(
        m.c.segment, m.c.at, 0.1, m.beta.segment, m.beta.at, m.g.segment, m.g.at, m.n);
  }

  private int findBad(Memory m, boolean refuseInfinity) {
    return kernels.findBad(m.x.segment, m.x.at, refuseInfinity, m.n);
  }
}
