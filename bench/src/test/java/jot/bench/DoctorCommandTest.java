package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jot.bindings.library.Library;
import jot.bindings.library.LibraryFiles;
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
    List<String> searched = new ArrayList<>();
    report.get("cuda_searched").forEach(path -> searched.add(path.textValue()));
    List<Path> folders = LibraryFiles.find().searched();
    assertThat(searched).containsExactlyElementsOf(folders.stream().map(Path::toString).toList());
  }

  @Test
  void no_cuda_library_is_said_with_the_folders_that_were_searched() {
    LibraryFiles none = new LibraryFiles(Map.of(), List.of(Library.values()), List.of(folder));
    assertThat(DoctorCommand.text(none))
        .startsWith("none found; looked in " + folder)
        .contains("CUDA_HOME");
  }

  @Test
  void cuda_libraries_are_named_with_their_files_and_what_is_missing() {
    Map<String, Path> files = Map.of("libcudart.so.13", folder.resolve("libcudart.so.13"));
    LibraryFiles some =
        new LibraryFiles(files, List.of(Library.CUBLAS, Library.NVRTC), List.of(folder));
    assertThat(DoctorCommand.text(some))
        .isEqualTo(folder.resolve("libcudart.so.13") + "; not found: cublas, nvrtc");
  }
}
