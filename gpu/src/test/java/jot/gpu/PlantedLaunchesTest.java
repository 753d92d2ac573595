package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Launches with arguments that are wrong in ways that a device would not report. */
class PlantedLaunchesTest {
  @TempDir static Path cache;

  private CudaBackend backend;
  private Kernels kernels;
  private Queue queue;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    backend = new CudaBackend();
    kernels = new Kernels("sm_90", new CubinCache(cache));
    queue = new Queue(kernels);
    Emulator.forget();
  }

  @AfterEach
  void close() {
    queue.close();
    kernels.unload();
    backend.close();
    Emulator.forget();
  }

  private void fill(long address, long numbers) {
    queue
        .log()
        .launch(Kernel.FILL, 1, 32)
        .put(address)
        .put(1.0)
        .put(0L)
        .put(numbers)
        .put(1L)
        .done();
    queue.drain();
  }

  @Test
  void a_launch_that_is_right_is_accepted() {
    long memory = backend.memory().allocate(256);
    fill(memory, 32);
    backend.memory().free(memory, 256);
    assertThat(Emulator.violations()).isEmpty();
  }

  @Test
  void a_host_address_as_argument_is_caught() {
    try (Arena arena = Arena.ofConfined()) {
      long host = arena.allocate(256).address();
      assertThatThrownBy(() -> fill(host, 32)).isInstanceOf(CudaException.class);
    }
    assertThat(Emulator.violations()).singleElement().asString().contains("fill").contains("host");
  }

  @Test
  void memory_that_was_given_back_is_caught() {
    long memory = backend.memory().allocate(256);
    backend.memory().free(memory, 256);
    backend.memory().trim();
    assertThatThrownBy(() -> fill(memory, 32)).isInstanceOf(CudaException.class);
    assertThat(Emulator.violations()).singleElement().asString().contains("not allocated");
  }

  @Test
  void arguments_that_do_not_fit_the_kernel_are_caught() {
    long memory = backend.memory().allocate(256);
    queue.log().launch(Kernel.FILL, 1, 32).put(memory).put(1.0).done();
    assertThatThrownBy(queue::drain)
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cuLaunchKernel");
    assertThat(Emulator.violations()).singleElement().asString().contains("40 bytes");
    backend.memory().free(memory, 256);
  }

  @Test
  void a_kernel_that_writes_behind_its_memory_ends_the_process() {
    assertThat(ChildJvm.crash(Overrun.class)).anyMatch(line -> line.contains("SIGSEGV"));
  }

  /** Fills more numbers than there is memory for. */
  static final class Overrun {
    private Overrun() {}

    public static void main(String[] args) {
      if (!CudaProbe.availability().usable()) {
        throw new IllegalStateException(CudaProbe.availability().reason());
      }
      CudaBackend backend = new CudaBackend();
      long memory = backend.memory().allocate(256);
      Kernels kernels = new Kernels("sm_90", CubinCache.ofUser());
      Queue queue = new Queue(kernels);
      queue.log().launch(Kernel.FILL, 2, 32);
      queue.log().put(memory).put(1.0).put(0L).put(64L).put(1L).done();
      queue.drain();
    }
  }
}
