package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jot selftest}, on the backends that every machine has. */
class SelfTestCommandTest {
  @TempDir Path folder;

  private Cli.Result run(String arguments) {
    return new Cli(folder).run(arguments);
  }

  @Test
  void the_vector_backend_agrees_with_the_reference_in_every_case() {
    Cli.Result cli = run("selftest --backend vector --size 65");
    assertThat(cli.exit()).as(cli.out() + cli.err()).isEqualTo(Jot.OK);
    assertThat(cli.out())
        .contains("backend: vector")
        .contains("all " + SelfTestCase.ALL.size() + " cases agree")
        .contains("kernels, n = 65; copy of 32 MiB", "% of the copy's")
        .containsPattern("all \\d\\d kernels agree with the reference backend")
        .containsPattern("ok +points_sweep F64 +off by ")
        .containsPattern("ok +cost_gradient F32 +off by ")
        .doesNotContain("OFF");
  }

  @Test
  void json_holds_every_case_and_kernel_with_its_differences() throws Exception {
    Cli.Result cli = run("selftest --backend reference --size 9 --json");
    assertThat(cli.exit()).isEqualTo(Jot.OK);
    JsonNode report = new ObjectMapper().readTree(cli.out());
    assertThat(report.get("good").booleanValue()).isTrue();
    assertThat(report.get("cases")).hasSize(SelfTestCase.ALL.size());
    assertThat(report.get("cases").get(0).get("plan").doubleValue()).isZero();
    assertThat(report.get("copy_bytes_per_second").doubleValue()).isPositive();
    Set<String> kernels = new HashSet<>();
    for (JsonNode kernel : report.get("kernels")) {
      assertThat(kernel.get("good").booleanValue()).as(kernel.toString()).isTrue();
      assertThat(kernel.get("difference").doubleValue()).as(kernel.toString()).isZero();
      assertThat(kernel.get("seconds").doubleValue()).isPositive();
      kernels.add(kernel.get("kernel").textValue() + " " + kernel.get("storage").textValue());
    }
    assertThat(kernels)
        .contains("sweep f64", "sweep f32", "eliminate f64", "eliminate_solve f64", "axpy f64")
        .doesNotContain("eliminate f32", "axpy f32");
  }

  /** In a JVM of its own: here native access is denied. */
  @Test
  void every_kernel_agrees_on_the_emulated_device_where_that_was_built() throws Exception {
    Path emulator = Path.of("..", "gpu", "target", "emulator").toAbsolutePath().normalize();
    assumeTrue(
        Files.exists(emulator.resolve("lib/libcudart.so.13")), "gpu was built without tests");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=jot.gpu,jot.bindings",
                "-Djot.cuda.home=" + emulator,
                "-Djot.cuda.cache=" + emulator.resolve("kernels"),
                "--module-path=" + System.getProperty("jdk.module.path"),
                "--module=jot.bench/jot.bench.Jot",
                "selftest",
                "--backend=cuda",
                "--size=19")
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isEqualTo(Jot.OK);
    assertThat(text)
        .contains("backend: cuda: Emulated device")
        .containsPattern("ok +points_gradient F32 +off by ")
        .containsPattern("all \\d\\d kernels agree with the reference backend");
  }

  @Test
  void a_size_that_is_no_problem_is_refused() {
    Cli.Result cli = run("selftest --backend reference --size 1");
    assertThat(cli.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(cli.err()).contains("--size: expected at least 2, received 1");
  }

  @Test
  void a_backend_that_cannot_run_exits_2_with_one_line() {
    Cli.Result cli = run("selftest --backend cuda");
    assertThat(cli.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(cli.err().strip().lines())
        .singleElement()
        .asString()
        .startsWith("jot selftest: backend 'cuda' was asked for and cannot run here: ");
  }
}
