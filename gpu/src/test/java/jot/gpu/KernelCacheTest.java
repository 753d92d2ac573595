package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels are compiled once a machine, and a damaged file is made again. */
class KernelCacheTest {
  @TempDir Path folder;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
  }

  private long compiled() {
    long before = Emulator.calls("nvrtcCompileProgram");
    Kernels kernels = new Kernels("sm_90", new CubinCache(folder));
    assertThat(kernels.function(Kernel.COLUMN_TOPS.index()).address()).isNotZero();
    assertThat(kernels.function(Kernel.COLUMN_SUMS.index()).address()).isNotZero();
    kernels.unload();
    return Emulator.calls("nvrtcCompileProgram") - before;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void a_source_is_compiled_once_and_then_read_from_disk() throws IOException {
    assertThat(compiled()).isEqualTo(1);
    assertThat(files()).hasSize(1);
    assertThat(compiled()).isZero();
  }

  @Test
  void a_damaged_file_is_made_again() throws IOException {
    compiled();
    Path file = files().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(compiled()).isEqualTo(1);
    assertThat(compiled()).isZero();
    Files.write(file, new byte[3]);
    assertThat(compiled()).isEqualTo(1);
  }

  @Test
  void a_file_that_the_driver_refuses_is_made_again() throws IOException {
    compiled();
    Path file = files().getFirst();
    new CubinCache(folder).store(file.getFileName().toString(), new byte[100]);
    assertThat(compiled()).isEqualTo(1);
    assertThat(compiled()).isZero();
  }

  @Test
  void a_folder_that_cannot_be_written_is_no_error() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Kernels kernels = new Kernels("sm_90", new CubinCache(file.resolve("below")));
    assertThat(kernels.function(Kernel.COLUMN_TOPS.index()).address()).isNotZero();
    kernels.unload();
  }

  @Test
  void a_source_that_does_not_compile_says_where() {
    assertThatThrownBy(
            () -> new KernelCompiler("sm_90").compile("broken.cu", "KERNEL wrong(Nothing p) {"))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("nvrtcCompileProgram failed with status 6")
        .hasMessageContaining("broken.cu")
        .hasMessageContaining("error:");
    assertThat(Emulator.live("program")).isZero();
  }

  @Test
  void everything_that_machine_code_depends_on_is_in_its_name() {
    String name = CubinCache.key("plan", "sm_90", "13.0", "source");
    assertThat(name)
        .startsWith("plan-sm_90-")
        .isNotEqualTo(CubinCache.key("plan", "sm_90", "13.1", "source"));
    assertThat(name).isNotEqualTo(CubinCache.key("plan", "sm_90", "13.0", "other"));
  }

  @Test
  void every_kernel_is_in_its_source() {
    for (Kernel kernel : Kernel.values()) {
      assertThat(KernelSources.text(kernel.source())).contains("KERNEL " + kernel.key() + "(");
    }
  }
}
