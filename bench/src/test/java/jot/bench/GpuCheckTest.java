package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench/gpu-check.sh}, with a jot that only says how it was called. */
@DisabledOnOs(OS.WINDOWS)
class GpuCheckTest {
  @TempDir Path folder;

  private record Outcome(int exit, String text) {}

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JOT_JAVA_OPTIONS");
    builder.environment().remove("CUDA_HOME");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  private static void program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The folder as a machine with a device has it; the self-test ends with this code. */
  private Path unpacked(int exit) throws IOException {
    Path script = folder.resolve("gpu-check.sh");
    Files.copy(Path.of("gpu-check.sh"), script);
    program(
        folder.resolve("jot/bin/jot"),
        "echo \"$JOT_JAVA_HOME [$JOT_JAVA_OPTIONS] ${CUDA_HOME:-none}: $*\"\n"
            + "case $1 in selftest) exit "
            + exit
            + ";; esac\n");
    return script;
  }

  @Test
  void it_runs_doctor_and_selftest_with_the_jdk_that_travels_along() throws Exception {
    Outcome outcome = run(Map.of(), unpacked(0).toString());
    assertThat(outcome.exit()).as(outcome.text()).isZero();
    Path results = folder.toRealPath().resolve("results");
    String jdk = folder.toRealPath().resolve("jdk").toString();
    assertThat(Files.readString(results.resolve("doctor.txt")))
        .startsWith(jdk)
        .contains(": doctor");
    assertThat(results.resolve("doctor.json")).content().contains("doctor --json");
    assertThat(results.resolve("selftest.txt")).content().contains("selftest --backend cuda");
    assertThat(results.resolve("selftest.json")).content().contains("--json");
    assertThat(results.resolve("nvidia-smi.txt")).exists();
    assertThat(outcome.text()).contains("jot.cuda.cache=").contains("none: selftest");
  }

  @Test
  void the_libraries_that_travel_along_are_used() throws Exception {
    Path script = unpacked(0);
    Files.createDirectories(folder.resolve("cuda/lib"));
    assertThat(run(Map.of(), script.toString()).text())
        .contains(folder.toRealPath().resolve("cuda") + ": selftest");
  }

  @Test
  void the_exit_code_is_that_of_the_selftest() throws Exception {
    Path script = unpacked(1);
    assertThat(run(Map.of(), script.toString(), folder.resolve("a").toString()).exit()).isOne();
    assertThat(folder.resolve("a/selftest.json")).exists();
  }

  @Test
  void where_the_backend_cannot_run_there_is_no_json_and_the_code_is_2() throws Exception {
    Path script = unpacked(2);
    assertThat(run(Map.of(), script.toString(), folder.resolve("b").toString()).exit())
        .isEqualTo(2);
    assertThat(folder.resolve("b/selftest.txt")).exists();
    assertThat(folder.resolve("b/selftest.json")).doesNotExist();
  }

  @Test
  void what_is_packed_runs_where_it_is_unpacked() throws Exception {
    Path bench = folder.resolve("bench");
    Path app = bench.resolve("target/jot");
    Files.createDirectories(app.resolve("lib"));
    Files.createFile(app.resolve("lib/jot-gpu-1.jar"));
    program(app.resolve("bin/jot"), "\"$JOT_JAVA_HOME/bin/java\" \"$@\"\n");
    Files.copy(Path.of("gpu-check.sh"), bench.resolve("gpu-check.sh"));
    Path jdk = folder.resolve("some-jdk");
    program(jdk.resolve("bin/java"), "echo \"travelled: $*\"\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Path cuda = folder.resolve("some-cuda/lib");
    Files.createDirectories(cuda);
    Files.createFile(cuda.resolve("libcudart.so.13"));
    Files.createFile(cuda.resolve("libnvrtc.so.13"));
    Path file = folder.resolve("check.tar.gz");
    Outcome packed =
        run(
            Map.of(
                "JOT_JAVA_HOME",
                jdk.toString(),
                "CUDA_HOME",
                folder.resolve("some-cuda").toString()),
            bench.resolve("gpu-check.sh").toString(),
            "pack",
            file.toString());
    assertThat(packed.exit()).as(packed.text()).isZero();
    Path there = Files.createDirectories(folder.resolve("there"));
    assertThat(
            new ProcessBuilder("tar", "-xzf", file.toString(), "-C", there.toString())
                .start()
                .waitFor())
        .isZero();
    Outcome outcome = run(Map.of(), there.resolve("jot-gpu-check/gpu-check.sh").toString());
    assertThat(outcome.exit()).as(outcome.text()).isZero();
    assertThat(outcome.text()).contains("travelled: selftest --backend cuda --json");
    assertThat(there.resolve("jot-gpu-check/cuda/lib/libnvrtc.so.13")).exists();
  }

  @Test
  void what_is_missing_is_one_line_and_exit_code_2() throws Exception {
    Path script = folder.resolve("gpu-check.sh");
    Files.copy(Path.of("gpu-check.sh"), script);
    for (String[] arguments :
        new String[][] {
          {script.toString()},
          {script.toString(), "pack"},
          {script.toString(), "pack", "x.tar.gz"},
          {script.toString(), "--wrong"},
        }) {
      Outcome outcome = run(Map.of(), arguments);
      assertThat(outcome.exit()).isEqualTo(2);
      assertThat(outcome.text().lines()).singleElement().asString().startsWith("gpu-check: ");
    }
  }
}
