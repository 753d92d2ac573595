package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One width, one result: whether a kernel is interpreted or compiled. */
class ColdAndWarmTest {

  @Test
  void interpreted_bits_are_compiled_bits() {
    List<String> interpreted = Jvm.run(KernelBits.class, Jvm.MODULE, "-Xint");
    List<String> baseline = Jvm.run(KernelBits.class, Jvm.MODULE, "-XX:TieredStopAtLevel=1");
    warmUp();
    assertThat(interpreted).isEqualTo(KernelBits.lines());
    assertThat(baseline).isEqualTo(KernelBits.lines());
  }

  private static void warmUp() {
    try (Arena arena = Arena.ofConfined()) {
      for (KernelCases.Case kernel : KernelCases.all()) {
        Memory m = new Memory(arena, 13, 8, 1);
        for (int i = 0; i < 100_000; i++) {
          kernel.run(m);
        }
      }
    }
  }
}
