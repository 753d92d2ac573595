package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jot.spi.Availability;
import jot.spi.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of CUDA where it is, and where something is missing: one line with the remedy. */
class AvailabilityTest {
  private static final String GRANT = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path empty;

  /** Prints what the provider says. */
  static final class Say {
    private Say() {}

    public static void main(String[] args) {
      Availability availability = new CudaProvider().availability();
      System.out.println(availability.usable() + " " + availability.reason());
      try {
        Backends.choose("cuda", 1);
      } catch (IllegalStateException e) {
        System.out.println("forced: " + e.getMessage());
      }
      new CudaProvider()
          .libraries()
          .forEach((name, found) -> System.out.println("library " + name + " " + found));
      System.out.println("auto: " + Backends.choose(null, 1).name());
    }
  }

  private List<String> say(String... options) {
    return ChildJvm.run(Say.class, options).stream()
        .filter(line -> !line.startsWith("WARNING") && !line.contains("jot.spi.Backends"))
        .toList();
  }

  @Test
  void the_emulated_device_is_usable_and_named() {
    Availability availability = new CudaProvider().availability();
    assertThat(availability.usable()).as(availability.reason()).isTrue();
    assertThat(availability.reason()).contains("CUDA 13").contains("libcudart.so.13");
    assertThat(Backends.choose("cuda", 1).description())
        .startsWith("cuda: Emulated device, compute capability 9.0");
  }

  @Test
  void every_library_is_listed_with_its_version_and_file() {
    Map<String, String> libraries = new CudaProvider().libraries();
    assertThat(libraries).containsOnlyKeys("driver", "cudart", "nvrtc", "cublas", "cusolver");
    assertThat(libraries.values())
        .allMatch(found -> found.matches("\\d+\\.\\d+(\\.\\d+)?, .*/lib[^/]+\\.so\\.\\d+"));
  }

  @Test
  void a_library_that_cannot_answer_is_listed_with_the_reason() {
    Emulator.fail("cublasGetProperty", 1, 14, false);
    assertThat(new CudaProvider().libraries().get("cublas"))
        .startsWith("cannot be used: cublasGetProperty failed with status 14");
    Emulator.forgetFaults();
  }

  @Test
  void without_a_driver_the_line_names_what_was_tried_and_auto_runs_something_else() {
    List<String> lines = say(GRANT, "-Djot.cuda.home=" + empty);
    assertThat(lines.getFirst())
        .startsWith("false driver: no usable library found; tried " + empty)
        .contains("libcuda.so.1")
        .endsWith("install the NVIDIA driver");
    assertThat(lines)
        .anyMatch(line -> line.startsWith("library cublas cannot be used: cublas: no usable"));
    assertThat(lines).anyMatch(line -> line.startsWith("forced: backend 'cuda' was asked for"));
    assertThat(lines.getLast()).isEqualTo("auto: reference");
  }

  @Test
  void where_native_access_is_denied_the_line_says_how_to_grant_it() {
    List<String> lines =
        say(
            "--illegal-native-access=deny",
            "-Djot.cuda.home=" + System.getProperty("jot.cuda.home"));
    assertThat(lines.getFirst())
        .startsWith("false native access is denied")
        .contains("ALL-UNNAMED");
    assertThat(lines.getLast()).isEqualTo("auto: reference");
  }

  @Test
  void where_nothing_is_installed_nothing_native_is_called_and_no_warning_printed() {
    List<String> output =
        ChildJvm.run(Say.class, "--illegal-native-access=deny", "-Djot.cuda.home=" + empty);
    assertThat(output).noneMatch(line -> line.startsWith("WARNING: A restricted"));
    assertThat(output).anyMatch(line -> line.startsWith("false driver: no usable library found"));
  }
}
