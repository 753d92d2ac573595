package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A vector that C2 failed to keep in a register shows as an object, and as a kernel many times
 * slower.
 */
class AllocationTest {

  @Test
  void warmed_kernels_allocate_nothing() {
    List<String> lines = Jvm.run(Allocations.class, Jvm.MODULE);
    assertThat(lines).hasSize(5 * KernelCases.all().size()).allMatch(line -> line.endsWith(" 0"));
  }
}
