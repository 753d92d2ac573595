package jot.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import jot.spi.Backends;
import jot.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is timed must be the same work, and right, whoever does it and however often. */
class KernelFixtureTest {

  private static final int N = 19;

  private static double sum(KernelFixture fixture, Kernel kernel) {
    return fixture.numbers(kernel).stream().flatMapToDouble(Arrays::stream).map(Math::abs).sum();
  }

  @ParameterizedTest
  @EnumSource(Kernel.class)
  void backends_agree(Kernel kernel) {
    for (DType dtype : DType.values()) {
      try (KernelFixture reference = new KernelFixture("reference", 1, N, dtype);
          KernelFixture vector = new KernelFixture("vector", 2, N, dtype)) {
        reference.run(kernel);
        vector.run(kernel);
        double expected = sum(reference, kernel);
        assertThat(expected).isFinite().isNotZero();
        double tolerance = tolerance(kernel, dtype);
        assertThat(sum(vector, kernel)).isCloseTo(expected, within(tolerance * expected));
      }
    }
  }

  private static double tolerance(Kernel kernel, DType dtype) {
    if (dtype == DType.F32) {
      return 1e-4;
    }
    // exponents below 128, rounded to F32 on both sides: 2·128·2⁻²⁵ of an exponential
    return kernel == Kernel.COARSE_SWEEP ? 1e-5 : 1e-9;
  }

  @ParameterizedTest
  @EnumSource(Kernel.class)
  void calls_can_be_repeated(Kernel kernel) {
    assumeTrue(Backends.find().stream().anyMatch(found -> found.name().equals("vector")));
    try (KernelFixture fixture = new KernelFixture("vector", 1, N, DType.F64)) {
      for (int call = 0; call < 200; call++) {
        fixture.run(kernel);
      }
      double after = sum(fixture, kernel);
      fixture.run(kernel);
      assertThat(sum(fixture, kernel))
          .isFinite()
          .isNotZero()
          .isCloseTo(after, within(1e-2 * Math.abs(after)));
    }
  }
}
