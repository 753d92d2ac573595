package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stays checked of operands that are checked once a call, and of those at every access. */
@Tag("widths")
class OwnMemoryTest {
  private static final String GRANTED = "--enable-native-access=ALL-UNNAMED";
  private static final String WIDTH = "-Djot.vector.bits=" + Lanes.DOUBLES.vectorBitSize();

  /** Six sizes, a closed operand and one on the heap for each, and five bad offsets and strides. */
  private static final int CALLS =
      Refusals.kernels().mapToInt(kernel -> kernel.operands().size()).sum()
              * (Refusals.SIZES.size() + 2)
          + 5;

  static Stream<Refusals.Case> kernels() {
    return Refusals.kernels();
  }

  @Test
  void memory_is_unchecked_where_native_access_was_granted_and_there_alone() {
    assertThat(OwnMemory.UNCHECKED).isEqualTo(Boolean.getBoolean("jot.test.unchecked"));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void all_that_a_kernel_asks_for_is_what_it_needs(Refusals.Case kernel) {
    try (Arena arena = Arena.ofConfined()) {
      for (int n : Refusals.SIZES) {
        kernel.kernel().run(Refusals.allocate(arena, kernel, n), n);
      }
    }
  }

  @Test
  void bytes_that_are_missing_closed_or_on_the_heap_are_refused_where_access_is_granted() {
    assertThat(Jvm.run(Refusals.class, Jvm.MODULE, WIDTH, GRANTED))
        .containsExactly(CALLS + " refused, unchecked: true");
  }

  @Test
  void and_where_it_is_not() {
    assertThat(Jvm.run(Refusals.class, Jvm.MODULE, WIDTH))
        .containsExactly(CALLS + " refused, unchecked: false");
  }

  @Test
  void unchecked_and_checked_memory_give_the_same_bits() {
    assertThat(Jvm.run(KernelBits.class, Jvm.MODULE, WIDTH, GRANTED))
        .isNotEmpty()
        .isEqualTo(Jvm.run(KernelBits.class, Jvm.MODULE, WIDTH));
  }
}
