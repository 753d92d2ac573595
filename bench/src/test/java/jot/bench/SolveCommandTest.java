package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jot.tensor.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jot solve} on good input. */
class SolveCommandTest {

  private static final double UNIFORM_2X2 = 0.36552928931500245;

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void inputs() {
    cli = new Cli(folder);
    cli.write("C.npy", new int[] {2, 3}, 0, 1, 4, 1, 0, 1);
    cli.write("square.npy", new int[] {2, 2}, 0, 1, 1, 0);
    cli.write("batch.npy", new int[] {2, 2, 2}, 0, 1, 1, 0, 0, 2, 2, 0);
  }

  @Test
  void a_converged_solve_writes_plan_potentials_and_report_and_exits_0() {
    Cli.Result result = cli.run("solve --cost @C.npy --epsilon 0.5 --out @new/out");
    assertThat(result.exit()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("CONVERGED").contains("out");
    assertThat(cli.files("new/out")).containsExactly("f.npy", "g.npy", "plan.npy", "report.json");
    assertThat(cli.header("new/out/plan.npy").dimensions()).isEqualTo(2);
    assertThat(cli.header("new/out/f.npy").dimensions()).isEqualTo(1);
    assertThat(cli.read("new/out/f.npy")).hasSize(2);
    assertThat(cli.read("new/out/g.npy")).hasSize(3);
    assertThat(Arrays.stream(cli.read("new/out/plan.npy")).sum()).isCloseTo(1, within(1e-6));
  }

  @Test
  void quiet_prints_nothing() {
    Cli.Result result = cli.run("solve --cost @C.npy --epsilon 0.5 --out @out --quiet");
    assertThat(result.out() + result.err()).isEmpty();
  }

  @Test
  void the_report_has_its_keys_in_order_and_the_known_costs() {
    cli.run("solve --cost @square.npy --epsilon 1 --tolerance 1e-12 --out @out");
    JsonNode report = cli.json("out/report.json");
    assertThat(report.fieldNames())
        .toIterable()
        .containsExactly(
            "status",
            "message",
            "solver",
            "solver_reason",
            "linear_solver",
            "backend",
            "iterations",
            "residual_l1",
            "sharp_cost",
            "entropic_cost",
            "kl_cost",
            "seconds_forward",
            "seconds_backward");
    assertThat(report.get("status").textValue()).isEqualTo("CONVERGED");
    assertThat(report.get("message").textValue()).startsWith("converged");
    assertThat(report.get("linear_solver").textValue()).isEqualTo("none");
    assertThat(report.get("iterations").isInt()).isTrue();
    assertThat(report.get("residual_l1").doubleValue()).isLessThanOrEqualTo(1e-12);
    assertThat(report.get("seconds_forward").doubleValue()).isPositive();
    assertThat(report.get("seconds_backward").isNull()).isTrue();

    double p = UNIFORM_2X2;
    double q = 0.5 - p;
    double sharp = 2 * q;
    double negativeEntropy = 2 * p * (Math.log(p) - 1) + 2 * q * (Math.log(q) - 1);
    double divergence = 2 * p * Math.log(4 * p) + 2 * q * Math.log(4 * q);
    assertThat(report.get("sharp_cost").doubleValue()).isCloseTo(sharp, within(1e-12));
    assertThat(report.get("entropic_cost").doubleValue())
        .isCloseTo(sharp + negativeEntropy, within(1e-12));
    assertThat(report.get("kl_cost").doubleValue()).isCloseTo(sharp + divergence, within(1e-12));
  }

  @Test
  void a_solve_that_does_not_converge_writes_everything_says_so_and_exits_3() {
    cli.write("a.npy", new int[] {2}, 0.3, 0.7);
    Cli.Result result =
        cli.run(
            "solve --cost @C.npy --a @a.npy --epsilon 0.01 --tolerance 1e-15 --max-iterations 1"
                + " --sharp --out @out");
    assertThat(result.exit()).isEqualTo(Jot.NOT_CONVERGED);
    assertThat(result.err()).isEmpty();
    assertThat(cli.files("out")).contains("plan.npy", "f.npy", "g.npy", "grad_cost.npy");
    assertThat(cli.json("out/report.json").get("status").textValue()).isNotEqualTo("CONVERGED");
  }

  @Test
  void a_pair_may_be_forbidden() {
    double no = Double.POSITIVE_INFINITY;
    cli.write("C.npy", new int[] {2, 3}, 0, 1, 1, no, 0, 1);
    assertThat(cli.run("solve --cost @C.npy --epsilon 1 --sharp --out @out").exit()).isZero();
    assertThat(cli.read("out/plan.npy")[3]).isZero();
    assertThat(cli.read("out/grad_cost.npy")).doesNotContain(Double.NaN);
  }

  @Test
  void an_infeasible_problem_is_a_status_and_its_figures_are_numbers_or_null() {
    double no = Double.POSITIVE_INFINITY;
    cli.write("C.npy", new int[] {2, 2}, no, no, 1, 0);
    Cli.Result result = cli.run("solve --cost @C.npy --epsilon 1 --out @out");
    assertThat(result.exit()).isEqualTo(Jot.NOT_CONVERGED);
    JsonNode report = cli.json("out/report.json"); // would not parse with a NaN in it
    assertThat(report.get("status").textValue()).isEqualTo("INFEASIBLE");
  }

  @Test
  void a_batch_gives_arrays_of_three_dimensions_and_figures_that_are_lists() {
    Cli.Result result =
        cli.run("solve --cost @batch.npy --epsilon 1,2 --tolerance 1e-12 --sharp --out @out");
    assertThat(result.exit()).isZero();
    assertThat(cli.header("out/plan.npy").dimensions()).isEqualTo(3);
    assertThat(cli.header("out/f.npy").dimensions()).isEqualTo(2);
    assertThat(cli.header("out/grad_cost.npy").dimensions()).isEqualTo(3);
    assertThat(cli.header("out/grad_a.npy").dimensions()).isEqualTo(2);
    double[] plans = cli.read("out/plan.npy");
    // twice the cost at twice the ε is the same plan
    assertThat(plans[0]).isCloseTo(UNIFORM_2X2, within(1e-12));
    assertThat(plans[4]).isCloseTo(UNIFORM_2X2, within(1e-12));
    JsonNode report = cli.json("out/report.json");
    for (String key :
        new String[] {
          "iterations",
          "residual_l1",
          "sharp_cost",
          "entropic_cost",
          "kl_cost",
          "grad_mass",
          "grad_epsilon"
        }) {
      assertThat(report.get(key).isArray()).as(key).isTrue();
      assertThat(report.get(key)).as(key).hasSize(2);
    }
    assertThat(report.get("status").isTextual()).isTrue();
    assertThat(report.get("sharp_cost").get(1).doubleValue())
        .isCloseTo(2 * report.get("sharp_cost").get(0).doubleValue(), within(1e-12));
  }

  @Test
  void weights_may_be_shared_by_a_batch_or_one_for_each_problem() {
    cli.write("a.npy", new int[] {2}, 0.25, 0.75);
    cli.write("b.npy", new int[] {2, 2}, 0.5, 0.5, 0.1, 0.9);
    Cli.Result result =
        cli.run(
            "solve --cost @batch.npy --a @a.npy --b @b.npy --epsilon 1 --tolerance 1e-12 --out"
                + " @out");
    assertThat(result.exit()).isZero();
    double[] p = cli.read("out/plan.npy");
    assertThat(p[0] + p[1]).isCloseTo(0.25, within(1e-11));
    assertThat(p[4] + p[5]).isCloseTo(0.25, within(1e-11));
    assertThat(p[0] + p[2]).isCloseTo(0.5, within(1e-11));
    assertThat(p[4] + p[6]).isCloseTo(0.1, within(1e-11));
  }

  @Test
  void dtype_converts_the_cost_and_the_plan_has_its_type() {
    cli.run("solve --cost @C.npy --epsilon 0.5 --dtype f32 --out @single");
    assertThat(cli.header("single/plan.npy").dtype()).isEqualTo(DType.F32);
    assertThat(cli.header("single/f.npy").dtype()).isEqualTo(DType.F64);
    cli.write("single.npy", DType.F32, new int[] {2, 2}, 0, 1, 1, 0);
    cli.run("solve --cost @single.npy --epsilon 1 --out @own");
    assertThat(cli.header("own/plan.npy").dtype()).isEqualTo(DType.F32);
    cli.run("solve --cost @single.npy --epsilon 1 --dtype f64 --out @wide");
    assertThat(cli.header("wide/plan.npy").dtype()).isEqualTo(DType.F64);
  }

  @Test
  void every_solver_and_backend_agree() {
    for (String choice :
        new String[] {
          "--solver log",
          "--solver scaling",
          "--backend reference",
          "--backend vector",
          "--backend vector --solver log",
          "--threads 1"
        }) {
      cli.run("solve --cost @square.npy --epsilon 1 --tolerance 1e-12 --out @out " + choice);
      assertThat(cli.read("out/plan.npy")[0]).as(choice).isCloseTo(UNIFORM_2X2, within(1e-11));
    }
  }

  @Test
  void other_files_in_the_folder_are_kept_and_nothing_temporary_stays() throws IOException {
    Files.createDirectory(cli.file("out"));
    Files.writeString(cli.file("out/notes.txt"), "mine");
    cli.run("solve --cost @C.npy --epsilon 0.5 --out @out");
    cli.run("solve --cost @C.npy --epsilon 0.5 --out @out");
    assertThat(cli.files("out"))
        .containsExactly("f.npy", "g.npy", "notes.txt", "plan.npy", "report.json");
  }

  @Test
  void results_may_replace_the_files_they_were_made_from() throws IOException {
    Files.createDirectory(cli.file("out"));
    Files.copy(cli.file("C.npy"), cli.file("out/plan.npy"));
    Cli.Result result = cli.run("solve --cost @out/plan.npy --epsilon 0.5 --out @out");
    assertThat(result.exit()).isZero();
    assertThat(Arrays.stream(cli.read("out/plan.npy")).sum()).isCloseTo(1, within(1e-6));
  }
}
