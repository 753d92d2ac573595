package jot.bench.solvers;

import static org.assertj.core.api.Assertions.assertThat;

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

/** {@code jot bench solvers} on problems that take no time. */
class SolversCommandTest {

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void client() {
    cli = new Cli(folder);
  }

  private Cli.Result run(String options) {
    return cli.run("bench solvers --quick --sizes 9 --epsilons 0.1,0.01 --out @out " + options);
  }

  @Test
  void rows_for_every_case_and_solver_are_written_as_json_tables_and_a_picture() throws Exception {
    Cli.Result result = run("--solvers auto,log --max-seconds 60");
    assertThat(result.exit()).as(result.err()).isZero();
    JsonNode json = cli.json("out/solvers.json");
    assertThat(json.get("environment").fieldNames())
        .toIterable()
        .contains("command", "git_commit", "cpu", "jdk", "flags", "threads", "backend");
    assertThat(json.get("forward")).hasSize(2 * 2 * 2);
    for (JsonNode row : json.get("forward")) {
      assertThat(row.get("n").intValue()).isEqualTo(9);
      assertThat(row.get("residual").doubleValue()).isLessThanOrEqualTo(1e-9);
      assertThat(row.get("passes").intValue()).isPositive();
      assertThat(row.get("runs").intValue()).isBetween(1, 5);
      double median = row.get("seconds_median").doubleValue();
      assertThat(row.get("seconds_min").doubleValue()).isPositive().isLessThanOrEqualTo(median);
      assertThat(row.get("seconds_max").doubleValue()).isGreaterThanOrEqualTo(median);
    }
    assertThat(json.get("backward")).hasSize(2 * 4);
    for (JsonNode row : json.get("backward")) {
      assertThat(row.get("cg_status").textValue()).isEqualTo("SOLVED");
      if (row.get("epsilon").doubleValue() > 1e-4) { // next to a permutation CG keeps few digits
        assertThat(row.get("cg_difference").doubleValue()).isLessThan(1e-6);
      }
    }
    String tables = Files.readString(cli.file("out/solvers.md"));
    assertThat(tables).contains("| n | ε / max C | auto | log |").contains("points").contains("×");
    assertThat(result.out()).contains(tables);
    byte[] png = Files.readAllBytes(cli.file("out/solvers.png"));
    assertThat(png).startsWith(0x89, 'P', 'N', 'G').hasSizeGreaterThan(10_000);
  }

  @Test
  void a_solve_that_takes_too_long_has_a_row_that_says_so() {
    Cli.Result result = run("--solvers auto --max-seconds 1e-9 --tolerance 1e-13");
    assertThat(result.exit()).isEqualTo(Jot.NOT_CONVERGED);
    boolean any = false;
    for (JsonNode row : cli.json("out/solvers.json").get("forward")) {
      any |= row.get("status").textValue().equals("TIME_LIMIT");
      assertThat(row.get("converged").booleanValue())
          .isEqualTo(row.get("status").textValue().equals("CONVERGED"));
    }
    assertThat(any).isTrue();
    assertThat(result.out()).contains("> ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sizes 0",
        "--epsilons 0",
        "--epsilons -1",
        "--max-seconds 0",
        "--tolerance NaN"
      })
  void bad_options_are_refused_before_any_work(String option) {
    Cli.Result result = cli.run("bench solvers --quick --out @out " + option);
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err())
        .contains(option.substring(0, option.indexOf(' ')) + ": expected")
        .contains("received");
    assertThat(cli.file("out")).doesNotExist();
  }

  @Test
  void a_bench_without_a_name_says_which_there_are() {
    Cli.Result result = cli.run("bench");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err()).contains("solvers");
  }
}
