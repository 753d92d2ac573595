package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mistakes that a CUDA program can make, made on purpose: the emulator sees each of them. */
class PlantedFaultsTest {
  private static final int BYTES = 8 * 64;

  private Arena arena;
  private MemorySegment pointer;
  private MemorySegment stream;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Libraries.open(Library.CUBLAS);
    Emulator.forget();
    arena = Arena.ofConfined();
    pointer = arena.allocate(ValueLayout.ADDRESS);
    assertThat(Cudart.cudaStreamCreateWithFlags(pointer, Cudart.cudaStreamNonBlocking())).isZero();
    stream = pointer.get(ValueLayout.ADDRESS, 0);
  }

  @AfterEach
  void close() {
    Cudart.cudaStreamDestroy(stream);
    arena.close();
    Emulator.forget();
  }

  private MemorySegment device() {
    assertThat(Cudart.cudaMalloc(pointer, BYTES)).isZero();
    return pointer.get(ValueLayout.ADDRESS, 0);
  }

  private MemorySegment pinned() {
    assertThat(Cudart.cudaMallocHost(pointer, BYTES)).isZero();
    return pointer.get(ValueLayout.ADDRESS, 0).reinterpret(BYTES);
  }

  private void copyOut(MemorySegment to, MemorySegment from) {
    assertThat(Cudart.cudaMemcpyAsync(to, from, BYTES, Cudart.cudaMemcpyDeviceToHost(), stream))
        .isZero();
  }

  @Test
  void a_missing_synchronisation_shows_as_nan() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    Cudart.cudaMemsetAsync(device, 0, BYTES, stream);
    copyOut(host, device);
    assertThat(host.get(ValueLayout.JAVA_DOUBLE, 0)).isNaN();
    Cudart.cudaStreamSynchronize(stream);
    assertThat(host.get(ValueLayout.JAVA_DOUBLE, 0)).isZero();
    Cudart.cudaFree(device);
    Cudart.cudaFreeHost(host);
    assertThat(Emulator.violations()).isEmpty();
  }

  @Test
  void memory_that_was_never_written_is_nan() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    copyOut(host, device);
    Cudart.cudaStreamSynchronize(stream);
    assertThat(host.get(ValueLayout.JAVA_DOUBLE, 8)).isNaN();
    Cudart.cudaFree(device);
    Cudart.cudaFreeHost(host);
  }

  @Test
  void a_host_buffer_that_is_freed_in_flight_is_caught() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    copyOut(host, device);
    Cudart.cudaFreeHost(host);
    assertThat(Emulator.violations()).singleElement().asString().contains("in flight");
    Cudart.cudaFree(device);
  }

  @Test
  void a_host_buffer_that_is_overwritten_in_flight_gives_wrong_numbers() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    host.set(ValueLayout.JAVA_DOUBLE, 0, 1);
    Cudart.cudaMemcpyAsync(device, host, BYTES, Cudart.cudaMemcpyHostToDevice(), stream);
    host.set(ValueLayout.JAVA_DOUBLE, 0, 2);
    MemorySegment back = pinned();
    copyOut(back, device);
    Cudart.cudaStreamSynchronize(stream);
    assertThat(back.get(ValueLayout.JAVA_DOUBLE, 0)).isEqualTo(2);
    Cudart.cudaFree(device);
    Cudart.cudaFreeHost(host);
    Cudart.cudaFreeHost(back);
  }

  @Test
  void a_leaked_buffer_is_counted() {
    long before = Emulator.live("device memory");
    MemorySegment device = device();
    assertThat(Emulator.live("device memory")).isEqualTo(before + 1);
    Cudart.cudaFree(device);
    assertThat(Emulator.live("device memory")).isEqualTo(before);
  }

  @Test
  void freeing_twice_and_copying_from_freed_memory_are_caught() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    Cudart.cudaFree(device);
    assertThat(Cudart.cudaFree(device)).isNotZero();
    assertThat(Cudart.cudaMemcpyAsync(host, device, BYTES, Cudart.cudaMemcpyDeviceToHost(), stream))
        .isNotZero();
    assertThat(Emulator.violations()).hasSize(2);
    Cudart.cudaFreeHost(host);
  }

  @Test
  void the_wrong_kind_of_copy_is_caught() {
    MemorySegment device = device();
    MemorySegment host = pinned();
    assertThat(Cudart.cudaMemcpyAsync(host, device, BYTES, Cudart.cudaMemcpyHostToDevice(), stream))
        .isNotZero();
    assertThat(Emulator.violations()).singleElement().asString().contains("kind");
    Cudart.cudaFree(device);
    Cudart.cudaFreeHost(host);
  }

  @Test
  void a_host_read_of_device_memory_ends_the_process() {
    List<String> output = ChildJvm.crash(HostRead.class);
    assertThat(output).anyMatch(line -> line.contains("SIGSEGV"));
  }

  /** Reads device memory as if it were the host's. */
  static final class HostRead {
    private HostRead() {}

    public static void main(String[] args) {
      if (!CudaProbe.availability().usable()) {
        throw new IllegalStateException(CudaProbe.availability().reason());
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
        Cudart.cudaMalloc(pointer, BYTES);
        MemorySegment device = pointer.get(ValueLayout.ADDRESS, 0).reinterpret(BYTES);
        System.out.println(device.get(ValueLayout.JAVA_DOUBLE, 0));
      }
    }
  }

  // ---- linear algebra: a 4×8 matrix in 32 numbers ----

  private int gemv(int operation, int rows, int columns, int leading, int lengthX, int lengthY) {
    Cublas.cublasCreate_v2(pointer);
    MemorySegment handle = pointer.get(ValueLayout.ADDRESS, 0);
    Cublas.cublasSetStream_v2(handle, stream);
    MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1);
    Cudart.cudaMalloc(pointer, 8L * 32);
    MemorySegment a = pointer.get(ValueLayout.ADDRESS, 0);
    Cudart.cudaMalloc(pointer, 8L * lengthX);
    MemorySegment x = pointer.get(ValueLayout.ADDRESS, 0);
    Cudart.cudaMalloc(pointer, 8L * lengthY);
    MemorySegment y = pointer.get(ValueLayout.ADDRESS, 0);
    int status =
        Cublas.cublasDgemv_v2(handle, operation, rows, columns, one, a, leading, x, 1, one, y, 1);
    Cudart.cudaStreamSynchronize(stream);
    for (MemorySegment memory : List.of(a, x, y)) {
      Cudart.cudaFree(memory);
    }
    Cublas.cublasDestroy_v2(handle);
    return status;
  }

  @Test
  void a_product_with_the_right_sizes_is_accepted() {
    assertThat(gemv(Cublas.CUBLAS_OP_N(), 4, 8, 4, 8, 4)).isZero();
    assertThat(Emulator.violations()).isEmpty();
  }

  @Test
  void a_wrong_leading_dimension_is_caught() {
    assertThat(gemv(Cublas.CUBLAS_OP_N(), 4, 8, 3, 8, 4)).isNotZero();
    assertThat(gemv(Cublas.CUBLAS_OP_N(), 4, 8, 8, 8, 4)).isNotZero();
    assertThat(Emulator.violations()).hasSize(2);
  }

  @Test
  void a_swapped_transpose_is_caught() {
    assertThat(gemv(Cublas.CUBLAS_OP_T(), 4, 8, 4, 8, 4)).isNotZero();
    assertThat(Emulator.violations()).singleElement().asString().contains("outside");
  }

  @Test
  void a_handle_that_was_never_made_is_refused() {
    MemorySegment handle = arena.allocate(64);
    assertThat(Cublas.cublasSetStream_v2(handle, stream)).isEqualTo(1);
  }
}
