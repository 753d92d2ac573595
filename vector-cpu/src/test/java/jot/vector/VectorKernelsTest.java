package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel against its formula, at the width that the property forces. */
@Tag("widths")
class VectorKernelsTest {
  private static final int[] SIZES = {
    1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33, 64, 65, 100, 127, 128, 129, 1000, 4098
  };

  static List<KernelCases.Case> cases() {
    return KernelCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void kernel_agrees_with_its_formula(KernelCases.Case kernel) {
    for (int n : SIZES) {
      check(kernel, n, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void kernel_agrees_with_its_formula_at_a_misaligned_start(KernelCases.Case kernel) {
    for (int n : SIZES) {
      check(kernel, n, 8);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bits_do_not_depend_on_the_address(KernelCases.Case kernel) {
    for (int n : SIZES) {
      try (Arena arena = Arena.ofConfined()) {
        Memory aligned = new Memory(arena, n, 0, n);
        Memory misaligned = new Memory(arena, n, 24, n);
        assertThat(kernel.run(misaligned)).isEqualTo(kernel.run(aligned));
        for (int r = 0; r < aligned.rows().length; r++) {
          for (int j = 0; j < n; j++) {
            assertThat(misaligned.rows()[r].got(j)).isEqualTo(aligned.rows()[r].got(j));
          }
        }
      }
    }
  }

  /** Terms are at most about 10⁶ in size, those of sums at most 10³; each is off by a few ε. */
  private static void check(KernelCases.Case kernel, int n, int offset) {
    try (Arena arena = Arena.ofConfined()) {
      Memory m = new Memory(arena, n, offset, n);
      double got = kernel.run(m);
      double want = kernel.want(m);
      double ulp = Math.ulp(1.0);
      assertThat(got).as("%s, n = %d", kernel, n).isCloseTo(want, within(bound(want, n)));
      for (Memory.Row row : m.rows()) {
        assertThat(row.guardsAreUntouched()).as("guards of %s, n = %d", kernel, n).isTrue();
        for (int j = 0; j < n; j++) {
          double tolerance = 4 * ulp * (4 + Math.abs(row.want[j]));
          assertThat(row.got(j))
              .as("%s, n = %d, j = %d", kernel, n, j)
              .isCloseTo(row.want[j], within(tolerance));
        }
      }
    }
  }

  /** Signed sums have terms of size 3 at most, the others only positive ones. */
  private static double bound(double want, int n) {
    return (n + 4) * Math.ulp(1.0) * (3 * Math.sqrt(n) + Math.abs(want));
  }
}
