package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients through the command line, on the case of 40-digit arithmetic in the notes. */
@SuppressWarnings("FloatingPointLiteralPrecision") // as the notes print them
class SolveGradientTest {

  private static final double[] PLAN = {
    0.054774111292394562, 0.11195097376678559, 0.028785595293985814, 0.0044893196468340381,
    0.041372850618385323, 0.22985950262652432, 0.16065871324080719, 0.068108933514283177,
    0.0038530380892201151, 0.058189523606690099, 0.110555691465207, 0.12740174683888279
  };
  private static final double[] COST_GRADIENT = {
    -0.13728200655157913, 0.17727329100664877, -0.0066999929739790373, -0.033291291481090602,
    0.11776289681350667, -0.2445241802220389, -0.1413867188287411, 0.26814800223727332,
    0.019519109738072462, 0.067250889215390126, 0.14808671180272013, -0.23485671075618272
  };
  private static final double[] A_GRADIENT = {
    -1.1541570633930354, 0.52219852227079437, 0.63195854112224106
  };
  private static final double[] B_GRADIENT = {
    0.31824242793708407, -0.6368473027109027, 0.45502997250796588, -0.13642509773414725
  };

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void inputs() {
    cli = new Cli(folder);
    cli.write("C.npy", new int[] {3, 4}, 0, .25, 1, 2.25, .25, 0, .25, 1, 1, .25, 0, .25);
    cli.write("a.npy", new int[] {3}, .2, .5, .3);
    cli.write("b.npy", new int[] {4}, .1, .4, .3, .2);
    cli.write("W.npy", new int[] {3, 4}, 1, -2, 0, 3, 0, 1, 2, -1, -1, 0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--linear-solver dense",
        "--linear-solver cg",
        "--linear-solver cg_graph",
        "--epsilon-schedule adaptive",
        "--epsilon-schedule 3",
        "--solver log",
        "--backend reference",
        "--backend vector"
      })
  void the_golden_case_comes_out_to_1e_12(String choice) {
    Cli.Result result =
        cli.run(
            "solve --cost @C.npy --a @a.npy --b @b.npy --epsilon 0.5 --tolerance 1e-14"
                + " --plan-gradient @W.npy --out @out "
                + choice);
    assertThat(result.err()).isEmpty();
    assertThat(cli.files("out"))
        .containsExactly(
            "f.npy",
            "g.npy",
            "grad_a.npy",
            "grad_b.npy",
            "grad_cost.npy",
            "plan.npy",
            "report.json");
    assertThat(cli.read("out/plan.npy")).containsExactly(PLAN, within(1e-12));
    assertThat(cli.read("out/grad_cost.npy")).containsExactly(COST_GRADIENT, within(1e-12));
    assertThat(cli.read("out/grad_a.npy")).containsExactly(A_GRADIENT, within(1e-12));
    assertThat(cli.read("out/grad_b.npy")).containsExactly(B_GRADIENT, within(1e-12));
    JsonNode report = cli.json("out/report.json");
    assertThat(report.get("grad_epsilon").doubleValue())
        .isCloseTo(-0.40514525006313666, within(1e-12));
    assertThat(report.get("grad_mass").doubleValue()).isCloseTo(0.583, within(1e-3));
    assertThat(report.get("grad_status").textValue()).isEqualTo("SOLVED");
    assertThat(report.get("linear_solver").textValue()).isIn("dense", "cg");
    assertThat(report.get("seconds_backward").doubleValue()).isPositive();
    assertThat(report.get("sharp_cost").doubleValue())
        .isCloseTo(0.23574198812075344, within(1e-12));
    assertThat(report.get("entropic_cost").doubleValue())
        .isCloseTo(-1.3492547177193321, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense", "cg"})
  void the_sharp_cost_gradient_has_the_marginals_as_its_sums(String linearSolver) {
    cli.run(
        "solve --cost @C.npy --a @a.npy --b @b.npy --epsilon 0.5 --tolerance 1e-14 --sharp --out"
            + " @out --linear-solver "
            + linearSolver);
    double[] gradient = cli.read("out/grad_cost.npy");
    double[] a = cli.read("a.npy");
    for (int i = 0; i < 3; i++) {
      double sum = 0;
      for (int j = 0; j < 4; j++) {
        sum += gradient[4 * i + j];
      }
      assertThat(sum).isCloseTo(a[i], within(1e-12));
    }
  }
}
