package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jot.bench.Cli;
import jot.bench.Jot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jot bench peers} with a script in the place of Python. */
@DisabledOnOs(OS.WINDOWS)
class PeersCommandTest {

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void client() throws Exception {
    cli = new Cli(folder);
    try (InputStream in = PeersCommandTest.class.getResourceAsStream("fake-python.sh")) {
      Files.copy(in, cli.file("python"));
    }
    assertThat(cli.file("python").toFile().setExecutable(true)).isTrue();
  }

  /** Every answer of the script is the plan abᵀ, whose marginals are exact. */
  private void plan(int n) {
    double[] plan = new double[n * n];
    Arrays.fill(plan, 1.0 / (n * n));
    cli.write("plan.npy", new int[] {n, n}, plan);
  }

  private Cli.Result run(String options) {
    return run(3, options);
  }

  private Cli.Result run(int patience, String options) {
    return cli.run(
        "bench peers --quick --python @python --out @out --patience " + patience + " " + options);
  }

  @Test
  void rows_have_the_fields_that_readers_rely_on() {
    plan(6);
    Cli.Result result = run("--works solve --sizes 6 --epsilons 0.1 --libraries pot --threads 1");
    assertThat(result.exit()).as(result.err()).isZero();
    JsonNode rows = cli.json("out/peers.json");
    assertThat(rows.isArray()).isTrue();
    assertThat(rows).hasSize(2 + 1 + 1 + 1); // points: auto, auto on points, POT; uniform: two
    for (JsonNode row : rows) {
      assertThat(row.fieldNames())
          .toIterable()
          .startsWith(
              "work",
              "system",
              "version",
              "solver",
              "cost",
              "m",
              "n",
              "batch",
              "epsilon",
              "dtype",
              "threads",
              "tolerance",
              "median_ms",
              "best_ms")
          .contains("runs", "residual_l1");
      assertThat(row.get("work").textValue()).isEqualTo("solve");
      assertThat(row.get("m").intValue()).isEqualTo(6);
      assertThat(row.get("threads").intValue()).isEqualTo(1);
      assertThat(row.get("residual_l1").doubleValue()).isLessThanOrEqualTo(1e-6);
      assertThat(row.get("reached").booleanValue()).isTrue();
      double best = row.get("best_ms").doubleValue();
      assertThat(best).isPositive().isLessThanOrEqualTo(row.get("median_ms").doubleValue());
    }
    JsonNode pot = rows.get(2);
    assertThat(pot.get("system").textValue()).isEqualTo("POT");
    assertThat(pot.get("version").textValue()).isEqualTo("1.2.3");
    assertThat(pot.get("best_ms").doubleValue()).isCloseTo(10, within(1e-9));
    assertThat(pot.get("median_ms").doubleValue()).isCloseTo(11, within(1e-9));
    assertThat(pot.get("runs").intValue()).isEqualTo(9); // three turns
    JsonNode environment = cli.json("out/peers-environment.json");
    assertThat(environment.fieldNames())
        .toIterable()
        .contains("command", "git_commit", "cpu", "jdk", "flags", "python_settings", "notes");
    assertThat(environment.get("notes")).hasSize(2);
    assertThat(environment.get("notes").get(0).textValue())
        .isEqualTo("POT broken, solve, points, n = 6, ε 1e-1, f64: ValueError: not today");
  }

  @Test
  void a_sweep_is_the_difference_of_solves_with_few_and_many() {
    plan(6);
    Cli.Result result = run("--works sweep --sizes 6 --dtypes f64 --libraries pot");
    assertThat(result.exit()).as(result.err()).isZero();
    for (JsonNode row : cli.json("out/peers.json")) {
      assertThat(row.get("tolerance").isNull()).isTrue();
      if (row.get("system").textValue().equals("POT")) {
        // 60 sweeps in 61 ms less 10 in 11 ms
        assertThat(row.get("median_ms").doubleValue()).isCloseTo(1, within(1e-9));
        assertThat(row.get("iterations").intValue()).isEqualTo(1);
      }
    }
  }

  @Test
  void what_is_missing_hangs_or_dies_is_named_and_the_rest_is_kept() throws Exception {
    plan(6);
    Cli.Result result = run("--works solve --sizes 6 --epsilons 0.1 --costs points --dtypes f64");
    assertThat(result.exit()).isEqualTo(Jot.FAILED);
    assertThat(result.err())
        .contains("PyTorch: cannot be imported: ModuleNotFoundError: No module named 'torch'")
        .contains("OTT-JAX plain, solve, points, n = 6, ε 1e-1, f64: no answer for 3 s")
        .contains("its process ended with exit code 7: Segmentation fault in a kernel")
        .contains("RegOT plain")
        .contains("expected the answer 'prepared', received 'Loading, please wait'");
    JsonNode rows = cli.json("out/peers.json");
    assertThat(rows.findValuesAsText("system")).containsExactly("jot", "jot", "POT");
    assertThat(Files.readString(cli.file("out/peers.md")))
        .contains("Not measured:")
        .contains("Segmentation fault in a kernel");
    assertThat(result.out()).contains("| jot auto |").contains("| POT plain |");
  }

  @Test
  void a_plan_that_misses_the_tolerance_is_said_to() throws Exception {
    double[] plan = new double[36];
    Arrays.fill(plan, 1.0 / 36);
    plan[0] += 0.25;
    cli.write("plan.npy", new int[] {6, 6}, plan);
    Cli.Result result =
        run("--works solve --sizes 6 --epsilons 0.1 --costs points --libraries pot");
    assertThat(result.exit()).as("jot is judged, not its peers").isZero();
    JsonNode pot = cli.json("out/peers.json").get(2);
    assertThat(pot.get("residual_l1").doubleValue()).isCloseTo(0.5, within(1e-12));
    assertThat(pot.get("reached").booleanValue()).isFalse();
    assertThat(Files.readString(cli.file("out/peers.md"))).contains("> 11 ms / 10 ms (5e-1)");
  }

  @Test
  void an_answer_of_the_wrong_shape_is_no_row() {
    plan(5);
    Cli.Result result =
        run("--works solve --sizes 6 --epsilons 0.1 --costs points --libraries pot");
    assertThat(result.exit()).isZero();
    assertThat(cli.json("out/peers.json").findValuesAsText("system")).doesNotContain("POT");
    assertThat(result.out()).contains("its answer has the shape");
  }

  @Test
  void backward_passes_and_batches_of_jot_agree_among_themselves() {
    plan(6); // of another shape than a batch's
    Cli.Result result =
        run("--works backward,batch --sizes 6 --epsilons 0.1 --dtypes f64 --libraries torch");
    assertThat(result.exit()).as(result.err()).isZero();
    int backwards = 0;
    for (JsonNode row : cli.json("out/peers.json")) {
      if (row.get("work").textValue().equals("backward")) {
        backwards++;
        assertThat(row.get("tolerance").doubleValue()).isEqualTo(1e-10);
        assertThat(row.get("gradient_difference").doubleValue()).isLessThan(1e-6);
      } else {
        assertThat(row.get("batch").intValue()).isEqualTo(32);
      }
    }
    assertThat(backwards).isEqualTo(2);
    assertThat(cli.file("out/backward.png")).isNotEmptyFile();
  }

  @Test
  void whole_processes_are_timed_in_pairs_beside_the_warm_ones() {
    plan(256);
    Cli.Result result = run(60, "--works cold --libraries pot");
    assertThat(result.exit()).as(result.err() + result.out()).isZero();
    JsonNode rows = cli.json("out/peers.json");
    assertThat(rows.findValuesAsText("work"))
        .containsExactly("solve", "solve", "solve", "cold", "cold");
    for (JsonNode row : rows) {
      assertThat(row.get("epsilon").doubleValue()).isEqualTo(0.05);
      assertThat(row.get("residual_l1").doubleValue()).isLessThanOrEqualTo(1e-6);
    }
    assertThat(rows.get(3).get("system").textValue()).isEqualTo("jot");
    assertThat(rows.get(3).get("runs").intValue()).isEqualTo(3);
    assertThat(rows.get(4).get("system").textValue()).isEqualTo("POT");
  }

  @Test
  void a_python_that_is_not_there_is_refused_before_any_work() {
    Cli.Result result = cli.run("bench peers --python @nowhere --out @out");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err()).contains("--python: expected a Python that can be run, received");
    assertThat(cli.file("out")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--works knitting",
        "--sizes 1",
        "--epsilons 0",
        "--epsilons Infinity",
        "--threads 0",
        "--threads 100000",
        "--tolerance -1",
        "--max-seconds 0",
        "--patience NaN"
      })
  void bad_options_are_refused_before_any_work(String option) {
    Cli.Result result = cli.run("bench peers --quick --python @python --out @out " + option);
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err())
        .contains(option.substring(0, option.indexOf(' ')) + ": expected")
        .contains("received");
    assertThat(cli.file("out")).doesNotExist();
  }
}
