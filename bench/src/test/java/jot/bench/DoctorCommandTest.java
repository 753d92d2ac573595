package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jot doctor}. */
class DoctorCommandTest {

  @TempDir Path folder;

  @Test
  void it_prints_a_line_for_each_thing_and_exits_0() {
    Cli.Result result = new Cli(folder).run("doctor");
    assertThat(result.exit()).isZero();
    assertThat(result.err()).isEmpty();
    for (String start :
        new String[] {
          "jot:",
          "jdk:",
          "system:",
          "vectors:",
          "threads:",
          "memory:",
          "backend: reference can run",
          "cuda:",
          "trial:"
        }) {
      assertThat(result.out().lines()).as(start).anyMatch(line -> line.startsWith(start));
    }
    for (String library : new String[] {"driver", "cudart", "nvrtc", "cublas", "cusolver"}) {
      assertThat(result.out().lines())
          .anyMatch(
              line -> line.matches("cuda library: " + library + " (cannot be used: |\\d+\\.).*"));
    }
    assertThat(result.out()).contains("Java heap", "chosen", "2 × 2 problem was solved");
  }

  @Test
  void as_json_it_says_the_same() throws Exception {
    Cli.Result result = new Cli(folder).run("doctor --json");
    JsonNode report = new ObjectMapper().readTree(result.out());
    assertThat(report.get("works").booleanValue()).isTrue();
    assertThat(report.get("backends")).isNotEmpty();
    assertThat(report.get("backends").get(0).get("reason").textValue()).isNotBlank();
    assertThat(report.get("backends").get(0).get("libraries").get("cublas").textValue())
        .isNotBlank();
    assertThat(report.get("cuda").isObject()).isTrue();
  }

  @Test
  void no_cuda_library_is_said_with_the_folders_that_were_searched() {
    String text = CudaLibraries.find(Set.of(folder)).text();
    assertThat(text).startsWith("none found; looked in " + folder).contains("CUDA_HOME");
  }

  @Test
  void cuda_libraries_of_13_and_12_are_named_with_their_files() throws Exception {
    for (String name : new String[] {"libcudart.so.13", "libcudart.so.12", "libcusolver.so.11"}) {
      Files.createFile(folder.resolve(name));
    }
    CudaLibraries found = CudaLibraries.find(Set.of(folder));
    assertThat(found.files())
        .containsOnlyKeys("libcudart.so.13", "libcudart.so.12", "libcusolver.so.11");
    assertThat(found.text())
        .contains(folder.resolve("libcudart.so.13").toString())
        .endsWith("not found: libcublas, libnvrtc, libcuda");
  }
}
