package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import jot.bindings.cudart.Cudart;
import jot.bindings.driver.Driver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    queue = new Queue(kernels, backend.memory());
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
      Queue queue = new Queue(kernels, backend.memory());
      queue.log().launch(Kernel.FILL, 2, 32);
      queue.log().put(memory).put(1.0).put(0L).put(64L).put(1L).done();
      queue.drain();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "threadIdx.x < 16, warpSum(1), in a shuffle that the others never reach",
    "threadIdx.x < 40, blockSum(1), in a shuffle that the others never reach",
    "threadIdx.x < 32, blockSum(1), wait at __syncthreads",
  })
  void threads_that_do_not_come_to_a_meeting_end_the_process(
      String who, String where, String message) {
    assertThat(ChildJvm.crash(Diverged.class, who, where))
        .anyMatch(line -> line.startsWith("emulator: kernel diverged: ") && line.endsWith(message));
  }

  @Test
  void threads_that_all_come_meet() {
    assertThat(ChildJvm.output(Diverged.class, "true", "blockSum(1)")).contains("all came");
  }

  /** Some threads of a block meet, and some do not. */
  static final class Diverged {
    private Diverged() {}

    public static void main(String[] args) {
      if (!CudaProbe.availability().usable()) {
        throw new IllegalStateException(CudaProbe.availability().reason());
      }
      CudaBackend backend = new CudaBackend();
      String source =
          KernelSources.text(Kernel.Source.VECTORS)
              + "struct Diverged { double* x; };\nKERNEL diverged(Diverged p) {\n  if ("
              + args[0]
              + ") p.x[0] = "
              + args[1]
              + ";\n}\n";
      byte[] cubin = new KernelCompiler("sm_90").compile("diverged.cu", source).cubin();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
        Driver.cuModuleLoadData(out, arena.allocateFrom(ValueLayout.JAVA_BYTE, cubin));
        MemorySegment module = out.get(ValueLayout.ADDRESS, 0);
        Driver.cuModuleGetFunction(out, module, arena.allocateFrom("diverged"));
        MemorySegment function = out.get(ValueLayout.ADDRESS, 0);
        MemorySegment stream = arena.allocate(ValueLayout.ADDRESS);
        Cudart.cudaStreamCreateWithFlags(stream, Cudart.cudaStreamNonBlocking());
        stream = stream.get(ValueLayout.ADDRESS, 0);
        long memory = backend.memory().allocate(256);
        MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_LONG, memory);
        MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_LONG, 8);
        MemorySegment extra =
            arena.allocateFrom(ValueLayout.JAVA_LONG, 1, argument.address(), 2, size.address(), 0);
        Driver.cuLaunchKernel(function, 1, 1, 1, 64, 1, 1, 0, stream, MemorySegment.NULL, extra);
        Cudart.cudaStreamSynchronize(stream);
      }
      System.out.println("all came");
    }
  }
}
