package jot.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import jot.bench.Cli;
import jot.bench.Jot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jot bench kernels} with so little time that its numbers mean nothing. */
class KernelsCommandTest {

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void client() {
    cli = new Cli(folder);
  }

  @Test
  void rows_limits_and_a_picture_are_written_by_jvms_of_their_own() throws Exception {
    Cli.Result result =
        cli.run(
            "bench kernels --quick --kernels sweep,dot --sizes 17 --backends vector,reference"
                + " --millis 10 --out @out");
    assertThat(result.exit()).as(result.err()).isZero();
    JsonNode json = cli.json("out/kernels.json");
    assertThat(json.get("environment").fieldNames())
        .toIterable()
        .contains("command", "git_commit", "cpu", "jdk", "flags");
    assertThat(json.get("kernels")).hasSize(2 * 2 + 2); // the vectors of dot are F64 alone
    for (JsonNode row : json.get("kernels")) {
      double calls = row.get("calls_per_second").doubleValue();
      long elements = row.get("kernel").textValue().equals("sweep") ? 17 * 17 : 17;
      assertThat(calls).isPositive();
      assertThat(row.get("n").intValue()).isEqualTo(17);
      assertThat(row.get("elements_per_second").doubleValue())
          .isCloseTo(elements * calls, within(1e-6 * elements * calls));
      assertThat(row.get("bytes_per_second").doubleValue()).isPositive();
      assertThat(row.get("allocated_bytes_per_call").isNumber()).isTrue();
    }
    String tables = Files.readString(cli.file("out/kernels.md"));
    assertThat(tables).contains("**vector, F64, 1 thread**").contains("| n | 17 | B/call |");
    assertThat(result.out()).contains(tables.lines().skip(4).findFirst().orElseThrow());
    assertThat(result.err()).contains("sweep, n = 17").doesNotContain("WARNING");
    assertThat(Files.readAllBytes(cli.file("out/roofline.png")))
        .startsWith(0x89, 'P', 'N', 'G')
        .hasSizeGreaterThan(10_000);
    if (json.get("notes").isEmpty()) { // else there is no compiler
      assertThat(json.get("machine").get("exp")).isNotEmpty();
      assertThat(json.get("kernels").get(0).get("of_exp_limit").doubleValue()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--sizes 1", "--threads 0", "--millis 0", "--forks 0", "--backends abacus"})
  void bad_options_are_refused_before_any_work(String option) {
    Cli.Result result = cli.run("bench kernels --quick --out @out " + option);
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err())
        .contains(option.substring(0, option.indexOf(' ')) + ": expected")
        .contains("received");
    assertThat(cli.file("out")).doesNotExist();
  }
}
