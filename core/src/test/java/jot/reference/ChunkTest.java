package jot.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows around the border of a chunk have the bits of loops that know no chunks. */
class ChunkTest {
  private static final long AT = 24;

  private final ScalarKernels kernels = new ScalarKernels();
  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(5);

  @AfterEach
  void free() {
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 1024, 1500})
  void sums_run_from_left_to_right(int n) {
    double[] x = numbers(n);
    double[] y = numbers(n);
    MemorySegment xs = segment(x);
    MemorySegment ys = segment(y);
    assertThat(kernels.sum(xs, AT, n)).isEqualTo(sum(n, j -> x[j]));
    assertThat(kernels.dot(xs, AT, ys, AT, n)).isEqualTo(sum(n, j -> x[j] * y[j]));
    assertThat(kernels.dotSupport(xs, AT, ys, AT, n)).isEqualTo(sum(n, j -> x[j] * y[j]));
    assertThat(kernels.maxSlack(xs, AT, 0.5, ys, AT, xs, AT, n))
        .isEqualTo(largest(n, j -> x[j] - (x[j] - 0.5 - y[j])));
    assertThat(kernels.maxAbsFinite(xs, AT, 0.5, n))
        .isEqualTo(largest(n, j -> Math.abs(x[j] - 0.5)));
    kernels.axpy(3, xs, AT, ys, AT, n);
    assertThat(numbers(ys)).containsExactly(each(n, j -> y[j] + 3 * x[j]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 1024, 1500})
  void plans_and_their_column_sums_reach_every_column(int n) {
    double[] c = numbers(n);
    double[] beta = numbers(n);
    double[] g = numbers(n);
    double[] plan = each(n, j -> Math.exp((0.1 + g[j] - (c[j] - 0.2 - beta[j])) * 3));
    MemorySegment cs = segment(c);
    MemorySegment bs = segment(beta);
    MemorySegment gs = segment(g);
    MemorySegment out = segment(new double[n]);
    assertThat(kernels.gibbs(cs, AT, 0.2, bs, AT, gs, AT, 0.1, 3, out, AT, n))
        .isEqualTo(sum(n, j -> plan[j]));
    assertThat(numbers(out)).containsExactly(plan);
    kernels.exponents(cs, AT, 0.2, bs, AT, gs, AT, 0.1, 3, out, AT, n);
    assertThat(numbers(out))
        .containsExactly(each(n, j -> (0.1 + g[j] - (c[j] - 0.2 - beta[j])) * 3));

    MemorySegment top = segment(g);
    kernels.raiseTops(cs, AT, 0.2, bs, AT, 0.1, top, AT, n);
    double[] tops = each(n, j -> Math.max(g[j], 0.1 - (c[j] - 0.2 - beta[j])));
    assertThat(numbers(top)).containsExactly(tops);
    MemorySegment sums = segment(g);
    kernels.addColumnExp(cs, AT, 0.2, bs, AT, 0.1, top, AT, 3, sums, AT, n);
    assertThat(numbers(sums))
        .containsExactly(
            each(n, j -> g[j] + Math.exp((0.1 - (c[j] - 0.2 - beta[j]) - tops[j]) * 3)));

    MemorySegment low = segment(g);
    MemorySegment high = segment(beta);
    kernels.bound(cs, AT, 0.2, low, AT, high, AT, n);
    assertThat(numbers(low)).containsExactly(each(n, j -> Math.min(g[j], c[j] - 0.2)));
    assertThat(numbers(high)).containsExactly(each(n, j -> Math.max(beta[j], c[j] - 0.2)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 1024, 1500})
  void numbers_of_f32_come_and_go_in_their_places(int n) {
    double[] x = numbers(n);
    MemorySegment wide = segment(x);
    MemorySegment narrow = segment(new double[n]);
    kernels.narrow(wide, AT, narrow, AT, n);
    kernels.fill(-1, wide, AT, n);
    assertThat(numbers(wide)).containsOnly(-1.0);
    kernels.widen(narrow, AT, wide, AT, n);
    assertThat(numbers(wide)).containsExactly(each(n, j -> (float) x[j]));

    MemorySegment out = segment(new double[1]);
    kernels.dotsInF32(1, narrow, AT, 0, narrow, AT, out, AT, n);
    double square = sum(n, j -> (double) (float) x[j] * (float) x[j]);
    assertThat(numbers(out)).containsExactly(square);
    kernels.axpysInF32(1, segment(new double[] {3}), AT, narrow, AT, 0, wide, AT, n);
    assertThat(numbers(wide))
        .containsExactly(each(n, j -> (float) x[j] + 3 * (double) (float) x[j]));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 511, 512, 1499})
  void a_bad_number_is_found_where_it_is(int at) {
    double[] x = new double[1500];
    assertThat(kernels.findBad(segment(x), AT, true, 1500)).isEqualTo(-1);
    x[at] = Double.NaN;
    assertThat(kernels.findBad(segment(x), AT, true, 1500)).isEqualTo(at);
    x[at] = Double.POSITIVE_INFINITY;
    assertThat(kernels.findBad(segment(x), AT, true, 1500)).isEqualTo(at);
    assertThat(kernels.findBad(segment(x), AT, false, 1500)).isEqualTo(-1);
  }

  private double[] numbers(int n) {
    return random.doubles(n).toArray();
  }

  private static double[] each(int n, IntToDoubleFunction formula) {
    double[] all = new double[n];
    Arrays.setAll(all, formula);
    return all;
  }

  private static double sum(int n, IntToDoubleFunction term) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += term.applyAsDouble(j);
    }
    return sum;
  }

  private static double largest(int n, IntToDoubleFunction term) {
    return Arrays.stream(each(n, term)).max().orElseThrow();
  }

  /** The numbers from {@link #AT} on, with room before them. */
  private MemorySegment segment(double[] numbers) {
    MemorySegment segment = arena.allocate(AT + 8L * numbers.length, 8);
    MemorySegment.copy(numbers, 0, segment, ValueLayout.JAVA_DOUBLE, AT, numbers.length);
    return segment;
  }

  private static double[] numbers(MemorySegment segment) {
    return segment.asSlice(AT).toArray(ValueLayout.JAVA_DOUBLE);
  }
}
