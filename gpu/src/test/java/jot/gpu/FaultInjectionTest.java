package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.TimeUnit;
import jot.spi.Backend;
import jot.spi.Backends;
import jot.spi.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever call fails: a message that names it, nothing left behind, and work goes on. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FaultInjectionTest {
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int OUT_OF_MEMORY = 2;

  private List<Long> before;

  @BeforeEach
  void remember() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
    before = Emulator.live();
  }

  @AfterEach
  void restore() {
    Emulator.forget();
    Emulator.capacity(4L << 30);
  }

  /** Runs the scenario on a device of its own and gives everything back. */
  private static double[] run() {
    CudaBackend backend = new CudaBackend();
    try {
      return Scenario.run(backend);
    } finally {
      backend.close();
    }
  }

  private static double[] expected() {
    return Scenario.run(Backends.choose("reference", 1));
  }

  private void nothingIsLeft(String when) {
    assertThat(Emulator.live()).as("%s: %s", when, Emulator.KINDS).isEqualTo(before);
    assertThat(Emulator.violations()).as(when).isEmpty();
  }

  @Test
  void without_a_fault_the_gradient_is_that_of_the_reference() {
    assertThat(run()).containsExactly(expected(), within(1e-13));
    nothingIsLeft("without a fault");
  }

  @Test
  void any_call_may_fail() {
    run(); // kernels are compiled and on disk
    long first = Emulator.calls("*");
    run();
    long calls = Emulator.calls("*") - first;
    assertThat(calls).isGreaterThan(100);
    int thrown = 0;
    for (long k = 1; k <= calls; k++) {
      Emulator.fail("*", k, ILLEGAL_ADDRESS, false);
      try {
        run();
      } catch (CudaException e) {
        thrown++;
        assertThat(e)
            .hasMessageContaining(e.call() + " failed with status")
            .hasMessageContaining(";");
        assertThat(e.status()).isNotZero();
      }
      Emulator.forgetFaults();
      nothingIsLeft("call " + k + " of " + calls);
    }
    assertThat(thrown).isGreaterThan((int) calls / 2);
    assertThat(run()).containsExactly(expected(), within(1e-13));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void any_operation_on_the_device_may_fail(boolean lost) {
    run();
    for (long k = 1; k <= 40; k += 3) {
      Emulator.fail("asynchronous", k, ILLEGAL_ADDRESS, lost);
      assertThatThrownBy(FaultInjectionTest::run)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("cudaStreamSynchronize failed with status 700")
          .hasMessageContaining("start it again");
      Emulator.forgetFaults();
      nothingIsLeft("operation " + k);
    }
  }

  @Test
  void a_device_that_is_lost_at_any_call_leaves_nothing_behind() {
    run();
    for (long k = 5; k <= 200; k += 17) {
      Emulator.fail("*", k, ILLEGAL_ADDRESS, true);
      assertThatThrownBy(FaultInjectionTest::run).isInstanceOf(CudaException.class);
      Emulator.forgetFaults();
      nothingIsLeft("lost at call " + k);
    }
  }

  @Test
  void out_of_memory_says_how_much_was_needed_and_leaves_the_device_usable() {
    Backend backend = new CudaBackend();
    Emulator.capacity(Emulator.used() + (1 << 20));
    try (Session session = backend.open(1, 300, 200)) {
      assertThatThrownBy(() -> session.matrix(jot.tensor.DType.F64, 3000, 2000))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("cudaMalloc failed with status " + OUT_OF_MEMORY)
          .hasMessageContaining("needed 48000000 bytes")
          .hasMessageContaining("smaller batch");
    }
    assertThat(Scenario.run(backend)).containsExactly(expected(), within(1e-13));
    ((CudaBackend) backend).close();
    nothingIsLeft("out of memory");
  }

  @Test
  void idle_memory_is_given_back_before_a_device_counts_as_full() {
    CudaBackend backend = new CudaBackend();
    long base = Emulator.used();
    Emulator.capacity(base + (3 << 20));
    for (int size : new int[] {100, 200, 300, 400, 500}) {
      try (Session session = backend.open(1, size, size)) {
        session.matrix(jot.tensor.DType.F64, size, size);
        session.poll();
      }
    }
    backend.close();
    nothingIsLeft("idle memory");
  }
}
