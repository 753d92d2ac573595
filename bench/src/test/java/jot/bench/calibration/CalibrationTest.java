package jot.bench.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import jot.tensor.DType;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  @Test
  void without_a_compiler_it_says_so() {
    try (Calibration calibration = Calibration.build("no-such-compiler")) {
      assertThat(calibration.works()).isFalse();
      assertThat(calibration.missing()).hasSize(1);
      assertThat(calibration.missing().get(0)).contains("there is no no-such-compiler");
      assertThatThrownBy(() -> calibration.measure(1, List.of(1), List.of(1024L)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no-such-compiler");
    }
  }

  @Test
  void a_compiler_that_fails_is_quoted() {
    try (Calibration calibration = Calibration.build("false")) {
      assertThat(calibration.works()).isFalse();
      assertThat(calibration.missing().get(0)).contains("false does not compile the calibration");
    }
  }

  @Test
  void loops_in_c_take_exponentials_that_are_right_and_read_memory() {
    try (Calibration calibration = Calibration.build()) {
      assumeTrue(calibration.works(), () -> String.join("; ", calibration.missing()));
      Limits limits = calibration.measure(5, List.of(1, 2), List.of(1L << 16, 1L << 20));
      assertThat(limits.reads()).hasSize(4).allMatch(rate -> rate.gigabytesPerSecond() > 0);
      for (int threads = 1; threads <= 2; threads++) {
        assertThat(limits.fastestExp(DType.F64, threads)).isPresent();
        assertThat(limits.fastestExp(DType.F32, threads)).isPresent();
      }
      assertThat(limits.exps())
          .allMatch(rate -> rate.elementsPerNanosecond() > 0)
          .allMatch(rate -> !rate.method().equals("library") || rate.ulps() < 5);
    }
  }
}
