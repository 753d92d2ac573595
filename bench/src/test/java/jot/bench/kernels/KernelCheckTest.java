package jot.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import jot.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That a kernel which is off is seen. */
class KernelCheckTest {

  private static double difference(double[] tested, double... reference) {
    return KernelCheck.difference(List.of(tested), List.of(reference));
  }

  @Test
  void a_difference_is_relative_to_the_largest_number_of_its_buffer() {
    double infinite = Double.POSITIVE_INFINITY;
    assertThat(difference(new double[] {4, 1.5, infinite}, 4, 1, infinite))
        .isCloseTo(0.125, within(1e-15));
    double[] far = {1000, 0.5};
    assertThat(
            KernelCheck.difference(List.of(far, new double[] {2}), List.of(far, new double[] {1})))
        .isEqualTo(1);
  }

  @Test
  void a_number_that_is_none_is_infinitely_off() {
    assertThat(difference(new double[] {Double.NaN, 1}, 1, 1)).isInfinite();
    assertThat(difference(new double[] {Double.POSITIVE_INFINITY}, 1)).isInfinite();
    assertThat(difference(new double[] {1}, Double.NEGATIVE_INFINITY)).isInfinite();
  }

  @Test
  void a_result_is_good_up_to_what_is_allowed_and_without_a_failure() {
    assertThat(result(1e-9, null).good()).isTrue();
    assertThat(result(1.1e-9, null).good()).isFalse();
    assertThat(result(1.1e-9, null).line()).startsWith("OFF");
    assertThat(result(0, "lost").good()).isFalse();
    assertThat(result(0, "lost").line()).startsWith("FAILED").endsWith("lost");
    assertThat(result(0, null).line())
        .endsWith("off by 0.0e+00; 1.000 ms, 1.00 GB/s, 25 % of the copy's");
  }

  private static KernelResult result(double difference, String failure) {
    return new KernelResult(Kernel.SWEEP, DType.F64, 10, difference, 1e-9, 1e-3, 1e9, 4e9, failure);
  }

  @ParameterizedTest
  @EnumSource(Kernel.class)
  void what_a_fixture_takes_from_another_decides_its_results(Kernel kernel) {
    try (KernelFixture one = new KernelFixture("reference", 1, 11, DType.F64);
        KernelFixture other = new KernelFixture("reference", 1, 11, DType.F64)) {
      for (Kernel before : List.of(Kernel.SWEEP, Kernel.ROW_UPDATE, Kernel.AXPY)) {
        other.run(before); // its state is another one now
      }
      other.take(one, true);
      one.run(kernel);
      other.run(kernel);
      assertThat(KernelCheck.difference(other.numbers(kernel), one.numbers(kernel))).isZero();
    }
  }
}
