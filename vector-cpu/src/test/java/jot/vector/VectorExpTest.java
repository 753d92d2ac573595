package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The power of two against one of 40 digits, as a row of the plan has it. */
@Tag("widths")
class VectorExpTest {
  private static final MathContext DIGITS = new MathContext(40);
  private static final BigDecimal LN2 =
      new BigDecimal("0.693147180559945309417232121458176568075500134360255254120680009");

  @Test
  void error_keeps_its_bound_over_the_whole_range() {
    Random random = new Random(11);
    double worst = 0;
    for (int i = 0; i < 6000; i++) {
      double x = (2 * random.nextDouble() - 1) * 1021;
      worst = Math.max(worst, ulps(x));
    }
    assertThat(worst).isLessThan(1);
  }

  @Test
  void error_keeps_its_bound_near_zero_and_at_the_seams_of_the_reduction() {
    Random random = new Random(12);
    double worst = 0;
    for (int i = 0; i < 4000; i++) {
      worst = Math.max(worst, ulps((2 * random.nextDouble() - 1) * Math.scalb(1.0, -(i % 60))));
      double seam = random.nextInt(2040) - 1020 + 0.5;
      worst = Math.max(worst, ulps(seam + (random.nextInt(9) - 4) * Math.ulp(seam)));
    }
    assertThat(worst).isLessThan(1);
  }

  @Test
  void exact_values_are_exact() {
    for (int k = -1022; k <= 1023; k++) {
      assertThat(power(k)).isEqualTo(Math.scalb(1.0, k));
    }
    assertThat(power(-0.0)).isEqualTo(1);
    assertThat(power(Double.MIN_VALUE)).isEqualTo(1);
    assertThat(power(Double.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(power(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(power(Double.NaN)).isNaN();
  }

  @Test
  void what_is_below_the_normal_range_is_zero() {
    assertThat(power(-1022)).isEqualTo(Double.MIN_NORMAL);
    assertThat(power(Math.nextDown(-1022.0))).isEqualTo(0);
    for (double x = 1022.3; x < 1e308; x *= 1.0037) {
      assertThat(power(-x)).isEqualTo(0);
    }
    assertThat(power(-Double.MAX_VALUE)).isEqualTo(0);
  }

  @Test
  void what_is_above_the_range_is_infinite() {
    assertThat(power(Math.nextDown(1024.0)))
        .isLessThanOrEqualTo(Double.MAX_VALUE)
        .isGreaterThan(1.79e308);
    assertThat(power(1024)).isEqualTo(Double.POSITIVE_INFINITY);
    for (double x = 1024.3; x < 1e308; x *= 1.0037) {
      assertThat(power(x)).isEqualTo(Double.POSITIVE_INFINITY);
    }
    assertThat(power(Double.MAX_VALUE)).isEqualTo(Double.POSITIVE_INFINITY);
  }

  /** The same in every lane and in the rest: a whole vector and one more. */
  private static double power(double x) {
    assertThat(Math.log(2) * VectorExp.LOG2_E).as("the rate of 2 to the x").isEqualTo(1);
    try (Arena arena = Arena.ofConfined()) {
      int n = Lanes.LANES + 1;
      MemorySegment zeros = arena.allocate(8L * n, 8);
      MemorySegment values = arena.allocate(8L * n, 8);
      for (int j = 0; j < n; j++) {
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, j, x);
      }
      new VectorKernels().gibbs(zeros, 0, values, 0, 0, Math.log(2), values, 0, n);
      double e = values.get(ValueLayout.JAVA_DOUBLE, 0);
      for (int j = 1; j < n; j++) {
        assertThat(Double.valueOf(values.getAtIndex(ValueLayout.JAVA_DOUBLE, j)))
            .isEqualTo(Double.valueOf(e));
      }
      return e;
    }
  }

  private static double ulps(double x) {
    double got = power(x);
    BigDecimal exact = exactPower(x);
    double ulp = Math.ulp(exact.doubleValue());
    return new BigDecimal(got).subtract(exact).abs().doubleValue() / ulp;
  }

  private static BigDecimal exactPower(double x) {
    long k = Math.round(x);
    BigDecimal r = new BigDecimal(x).subtract(BigDecimal.valueOf(k)).multiply(LN2);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = term;
    for (int i = 1; i < 32; i++) {
      term = term.multiply(r, DIGITS).divide(BigDecimal.valueOf(i), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    BigDecimal two = BigDecimal.TWO.pow((int) Math.abs(k));
    return k < 0 ? sum.divide(two, DIGITS) : sum.multiply(two, DIGITS);
  }
}
