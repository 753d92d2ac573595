package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import jot.spi.host.RowKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels of several rows, of F32 rows, and the logarithm. */
@Tag("widths")
class RowsTest {
  private static final int ROWS = 7;

  private final RowKernels kernels = new VectorKernels();
  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(17);

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment doubles(int n, double low, double high) {
    MemorySegment segment = arena.allocate(8L * n, 8);
    for (int j = 0; j < n; j++) {
      set(segment, j, low + (high - low) * random.nextDouble());
    }
    return segment;
  }

  private MemorySegment floats(int n) {
    MemorySegment segment = arena.allocate(4L * n, 8);
    for (int j = 0; j < n; j++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, j, random.nextFloat());
    }
    return segment;
  }

  private MemorySegment widened(MemorySegment floats, int n) {
    MemorySegment segment = arena.allocate(8L * n, 8);
    kernels.widen(floats, 0, segment, 0, n);
    return segment;
  }

  private static double get(MemorySegment x, int j) {
    return x.getAtIndex(ValueLayout.JAVA_DOUBLE, j);
  }

  private static void set(MemorySegment x, int j, double value) {
    x.setAtIndex(ValueLayout.JAVA_DOUBLE, j, value);
  }

  private static void same(MemorySegment got, MemorySegment want, int n) {
    for (int j = 0; j < n; j++) {
      assertThat(get(got, j)).isEqualTo(get(want, j));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 64, 131})
  void axpys_have_the_bits_of_one_axpy_a_row(int n) {
    MemorySegment s = doubles(ROWS, -1, 1);
    MemorySegment x = doubles(ROWS * n, -1, 1);
    MemorySegment y = doubles(n, -1, 1);
    MemorySegment want = arena.allocate(8L * n, 8).copyFrom(y);
    for (int r = 0; r < ROWS; r++) {
      kernels.axpy(get(s, r), x, 8L * r * n, want, 0, n);
    }
    kernels.axpys(ROWS, s, 0, x, 0, 8L * n, y, 0, n);
    same(y, want, n);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 64, 131})
  void dots_are_those_of_the_rows(int n) {
    MemorySegment x = doubles(ROWS * n, -1, 1);
    MemorySegment y = doubles(n, -1, 1);
    MemorySegment out = arena.allocate(8L * ROWS, 8);
    kernels.dots(ROWS, x, 0, 8L * n, y, 0, out, 0, n);
    for (int r = 0; r < ROWS; r++) {
      double want = 0;
      for (int j = 0; j < n; j++) {
        want += get(x, r * n + j) * get(y, j);
      }
      assertThat(get(out, r)).isCloseTo(want, within(1e-15 * n));
    }
  }

  /** Terms below zero are none, so every sum is off by the roundings of F32 in its own size. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 31, 32, 33, 64, 131, 1000})
  void sums_in_F32_are_off_by_a_few_of_its_roundings(int n) {
    MemorySegment narrow = floats(ROWS * n);
    MemorySegment x = widened(narrow, ROWS * n);
    MemorySegment narrowY = floats(n);
    MemorySegment y = widened(narrowY, n);
    MemorySegment s = doubles(ROWS, 0, 1e9);
    MemorySegment sum = doubles(n, 0, 1e9);
    MemorySegment want = arena.allocate(8L * n, 8).copyFrom(sum);
    MemorySegment dots = arena.allocate(8L * ROWS, 8);
    kernels.dotsInF32(ROWS, narrow, 0, 4L * n, narrowY, 0, dots, 0, n);
    kernels.axpysInF32(ROWS, s, 0, narrow, 0, 4L * n, sum, 0, n);
    for (int r = 0; r < ROWS; r++) {
      double dot = 0;
      for (int j = 0; j < n; j++) {
        dot += get(x, r * n + j) * get(y, j);
        set(want, j, get(want, j) + get(s, r) * get(x, r * n + j));
      }
      assertThat(get(dots, r)).isCloseTo(dot, within(0x1p-22 * dot));
    }
    for (int j = 0; j < n; j++) {
      assertThat(get(sum, j)).isCloseTo(get(want, j), within(0x1p-21 * get(want, j)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 1030})
  void plan_of_f32_costs_is_that_of_their_f64_values(int n) {
    MemorySegment narrow = floats(n);
    narrow.setAtIndex(ValueLayout.JAVA_FLOAT, n / 2, Float.POSITIVE_INFINITY);
    MemorySegment cost = widened(narrow, n);
    MemorySegment g = doubles(n, -1, 1);
    for (double inverse : new double[] {3, 700, 5000}) {
      MemorySegment got = arena.allocate(8L * n, 8);
      MemorySegment want = arena.allocate(8L * n, 8);
      double sum = kernels.gibbsF32(narrow, 0, g, 0, 0.3, inverse, got, 0, n);
      assertThat(sum).isEqualTo(kernels.gibbs(cost, 0, g, 0, 0.3, inverse, want, 0, n));
      same(got, want, n);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 1024, 1030, 2051})
  void plan_in_range_is_the_plan_to_the_bit(int n) {
    MemorySegment cost = doubles(n, 0, 1);
    MemorySegment g = doubles(n, -1, 1);
    for (double inverse : new double[] {1e-3, 3, 300}) {
      MemorySegment got = arena.allocate(8L * n, 8);
      MemorySegment want = arena.allocate(8L * n, 8);
      double sum = kernels.gibbsInRange(cost, 0, g, 0, 0.3, inverse, got, 0, n);
      assertThat(sum).isEqualTo(kernels.gibbs(cost, 0, g, 0, 0.3, inverse, want, 0, n));
      same(got, want, n);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 1024, 1030})
  void rows_in_range_are_each_the_plan_to_the_bit(int n) {
    int rows = 3;
    long stride = 8L * n + 24;
    MemorySegment cost = doubles(rows * (n + 3), 0, 1);
    MemorySegment g = doubles(n, -1, 1);
    MemorySegment f = doubles(rows + 1, -1, 1);
    MemorySegment got = arena.allocate(rows * stride, 8);
    MemorySegment sums = arena.allocate(8L * rows + 8, 8);
    kernels.gibbsInRange(rows, cost, 0, stride, g, 0, f, 8, 20, got, 0, stride, sums, 8, n);
    MemorySegment want = arena.allocate(8L * n, 8);
    for (int r = 0; r < rows; r++) {
      double sum = kernels.gibbs(cost, r * stride, g, 0, get(f, r + 1), 20, want, 0, n);
      assertThat(get(sums, r + 1)).isEqualTo(sum);
      same(got.asSlice(r * stride, 8L * n), want, n);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 64, 1030})
  void plan_in_f32_is_off_by_what_it_says(int n) {
    MemorySegment c = floats(n);
    MemorySegment g = floats(n);
    c.setAtIndex(ValueLayout.JAVA_FLOAT, n / 2, Float.POSITIVE_INFINITY);
    MemorySegment got = arena.allocate(4L * n, 8);
    for (double inverse : new double[] {1, 20, 60}) {
      double sum = kernels.gibbsInF32(c, 0, g, 0, -0.25f, inverse, got, 0, n);
      double want = 0;
      for (int j = 0; j < n; j++) {
        double slack =
            (double) g.getAtIndex(ValueLayout.JAVA_FLOAT, j)
                - c.getAtIndex(ValueLayout.JAVA_FLOAT, j)
                - 0.25;
        double e = Math.exp(slack * inverse);
        e = Math.max(e, Float.MIN_NORMAL);
        want += e;
        double bound = 0x1p-24 * (4 + 4 * 2.25 * inverse);
        assertThat((double) got.getAtIndex(ValueLayout.JAVA_FLOAT, j))
            .isCloseTo(e, within(e * bound));
      }
      assertThat(sum).isCloseTo(want, within(want * (0x1p-19 + 0x1p-22 * 3 * inverse)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 64, 1030})
  void plan_rounded_to_f32_is_off_by_what_it_says(int n) {
    MemorySegment c = doubles(n, 0, 1);
    MemorySegment g = doubles(n, 0, 1);
    set(c, n / 2, Double.POSITIVE_INFINITY);
    set(g, n / 3, Double.NEGATIVE_INFINITY);
    MemorySegment got = arena.allocate(4L * n, 8);
    for (double inverse : new double[] {1, 20, 60, 4000}) {
      double sum = kernels.gibbsToF32(c, 0, g, 0, -1.1, inverse, got, 0, n);
      double want = 0;
      for (int j = 0; j < n; j++) {
        double x = (get(g, j) - get(c, j) - 1.1) * inverse;
        double e = x < -126 * Math.log(2) ? Float.MIN_NORMAL : Math.exp(x);
        want += e;
        double bound = e == Float.MIN_NORMAL ? 0 : e * 0x1p-23 * (0.5 * Math.abs(x) + 2);
        assertThat((double) got.getAtIndex(ValueLayout.JAVA_FLOAT, j)).isCloseTo(e, within(bound));
      }
      assertThat(sum).isCloseTo(want, within(want * (0x1p-19 + 0x1p-23 * 46) + n * 1e-38));
    }
    MemorySegment zeros = arena.allocate(8L * n, 8);
    assertThat(kernels.gibbsToF32(zeros, 0, zeros, 0, 1, 90, got, 0, n)).isInfinite();
    assertThat(kernels.gibbsToF32(zeros, 0, zeros, 0, -1, 1e30, got, 0, n))
        .isEqualTo(n * (double) Float.MIN_NORMAL);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21})
  void plan_in_f32_overflows_and_vanishes_as_it_should(int n) {
    MemorySegment c = arena.allocate(4L * n, 8);
    MemorySegment g = arena.allocate(4L * n, 8);
    MemorySegment got = arena.allocate(4L * n, 8);
    assertThat(kernels.gibbsInF32(c, 0, g, 0, 1, 90, got, 0, n)).isInfinite();
    double least = n * (double) Float.MIN_NORMAL;
    assertThat(kernels.gibbsInF32(c, 0, g, 0, -1, 90, got, 0, n)).isEqualTo(least);
    assertThat(kernels.gibbsInF32(c, 0, g, 0, 1, 1e30, got, 0, n)).isInfinite();
    assertThat(kernels.gibbsInF32(c, 0, g, 0, -1, 1e30, got, 0, n)).isEqualTo(least);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 500})
  void logarithm_is_that_of_the_quotient(int n) {
    MemorySegment p = doubles(n, -600, 600);
    MemorySegment q = doubles(n, 0.5, 2);
    for (int j = 0; j < n; j++) {
      set(p, j, j % 5 == 0 ? get(q, j) : Math.exp(j % 3 == 0 ? get(p, j) : get(p, j) * 1e-3));
    }
    MemorySegment y = arena.allocate(8L * n, 8);
    assertThat(kernels.addLog(1, p, 0, q, 0, y, 0, n)).isTrue();
    for (int j = 0; j < n; j++) {
      double want = Math.log(get(p, j) / get(q, j));
      assertThat(get(y, j)).isCloseTo(want, within(2 * Math.ulp(want)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21})
  void what_has_no_logarithm_stays(int n) {
    double[][] pairs = {
      {0, 1},
      {1, 0},
      {0, 0},
      {Double.NaN, 1},
      {1, Double.NaN},
      {1, Double.POSITIVE_INFINITY},
      {Double.POSITIVE_INFINITY, 1},
      {Double.MIN_VALUE, 1},
      {1e-200, 1e200},
      {1e200, 1e-200}
    };
    for (int at = 0; at < n; at++) {
      for (double[] pair : pairs) {
        MemorySegment p = doubles(n, 1, 2);
        MemorySegment q = doubles(n, 1, 2);
        MemorySegment y = doubles(n, 3, 4);
        set(p, at, pair[0]);
        set(q, at, pair[1]);
        double before = get(y, at);
        assertThat(kernels.addLog(0.5, p, 0, q, 0, y, 0, n)).isFalse();
        assertThat(get(y, at)).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 64})
  void tiles_are_sums_of_products(int depth) {
    int width = kernels.tileColumns();
    int rows = RowKernels.TILE_ROWS;
    int stride = width + 3;
    MemorySegment s = doubles(Math.max(1, depth * rows), 0, 1);
    MemorySegment x = doubles(Math.max(1, depth * width), 0, 1);
    MemorySegment c = doubles(rows * stride, 0, 1);
    MemorySegment before = arena.allocate(8L * rows * stride, 8).copyFrom(c);
    kernels.addTile(depth, s, 0, x, 0, c, 0, 8L * stride);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < stride; j++) {
        double want = get(before, r * stride + j);
        for (int k = 0; k < depth && j < width; k++) {
          want += get(s, k * rows + r) * get(x, k * width + j);
        }
        assertThat(get(c, r * stride + j)).isCloseTo(want, within(1e-15 * (1 + depth)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 6, 9, 21, 64, 131})
  void a_packed_row_lies_in_pieces(int n) {
    for (int width : new int[] {1, RowKernels.TILE_ROWS, kernels.tileColumns(), 11}) {
      int apart = width + 5;
      int pieces = (n + width - 1) / width;
      MemorySegment row = doubles(n, -1, 1);
      MemorySegment to = doubles(pieces * apart, -1, 1);
      MemorySegment before = arena.allocate(8L * pieces * apart, 8).copyFrom(to);
      kernels.pack(0.25, row, 0, width, to, 0, 8L * apart, n);
      for (int k = 0; k < pieces * apart; k++) {
        int j = k / apart * width + k % apart;
        double want = k % apart >= width ? get(before, k) : j < n ? 0.25 * get(row, j) : 0;
        assertThat(get(to, k)).isEqualTo(want);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 9, 21, 64, 131})
  void laplacian_of_rows_is_that_of_each(int n) {
    MemorySegment p = doubles(ROWS * n, 0, 1);
    MemorySegment v = doubles(n, -1, 1);
    MemorySegment anchors = doubles(ROWS, -1, 1);
    MemorySegment d = doubles(ROWS, -1, 1);
    MemorySegment out = doubles(n, -1, 1);
    MemorySegment want = arena.allocate(8L * n, 8).copyFrom(out);
    MemorySegment dots = arena.allocate(8L * ROWS, 8);
    kernels.anchoredDots(ROWS, p, 0, 8L * n, v, 0, anchors, 0, dots, 0, n);
    kernels.addAnchoreds(ROWS, p, 0, 8L * n, v, 0, anchors, 0, d, 0, out, 0, n);
    for (int r = 0; r < ROWS; r++) {
      double dot = kernels.anchoredDot(p, 8L * r * n, v, 0, get(anchors, r), n);
      assertThat(get(dots, r)).isCloseTo(dot, within(1e-15 * n));
      kernels.addAnchored(p, 8L * r * n, v, 0, get(anchors, r), get(d, r), want, 0, n);
    }
    same(out, want, n);
  }
}
