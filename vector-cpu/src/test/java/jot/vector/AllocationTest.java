package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A vector that C2 failed to keep in a register shows as an object, and as a kernel many times
 * slower.
 */
class AllocationTest {

  @Test
  void warmed_kernels_allocate_nothing() {
    assertNothingIsAllocated(Jvm.MODULE);
  }

  /**
   * C2 guesses the class of a vector by profiles that all vector code of a process shares. Where
   * enough guesses have failed it makes none: here from the start. Of vectors of two doubles some
   * kernels then are not intrinsic, which no kernel of ours can help.
   */
  @ParameterizedTest
  @ValueSource(strings = {"--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"})
  void kernels_need_no_luck_with_profiles(String access) {
    assumeTrue(Lanes.LANES > 2);
    assertNothingIsAllocated(Jvm.MODULE, "-Xbatch", "-XX:-UseTypeProfile", access);
  }

  private static void assertNothingIsAllocated(String... options) {
    List<String> lines = Jvm.run(Allocations.class, options);
    assertThat(lines).hasSize(5 * KernelCases.all().size());
    assertThat(lines).filteredOn(line -> !line.endsWith(" 0")).isEmpty();
  }
}
