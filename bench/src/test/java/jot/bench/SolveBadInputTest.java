package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bad input to {@code jot solve}: exit code 2, one line that names what is wrong, nothing written.
 */
class SolveBadInputTest {

  private static final double INF = Double.POSITIVE_INFINITY;

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void inputs() throws IOException {
    cli = new Cli(folder);
    cli.write("C.npy", new int[] {2, 3}, 0, 1, 4, 1, 0, 1);
    cli.write("batch.npy", new int[] {2, 2, 3}, 0, 1, 4, 1, 0, 1, 0, 1, 4, 1, 0, 1);
    cli.write("vector.npy", new int[] {3}, 1, 2, 3);
    cli.write("nan.npy", new int[] {2, 3}, 0, 1, 4, 1, Double.NaN, 1);
    cli.write("minus.npy", new int[] {2, 3}, 0, 1, 4, 1, 0, -INF);
    cli.write("large.npy", new int[] {2, 3}, 0, 1, 4, 1, 0, 1e300);
    cli.write("inf.npy", new int[] {2, 3}, 0, 1, 4, 1, 0, INF);
    cli.write("a.npy", new int[] {2}, 0.5, 0.5);
    cli.write("a-negative.npy", new int[] {2}, 1.5, -0.5);
    cli.write("a-nan.npy", new int[] {2}, 1, Double.NaN);
    cli.write("a-inf.npy", new int[] {2}, 1, INF);
    cli.write("a-zero.npy", new int[] {2}, 0, 0);
    cli.write("a-heavy.npy", new int[] {2}, 1, 1);
    cli.write("b.npy", new int[] {3}, 0.25, 0.25, 0.5);
    cli.write("b-nan.npy", new int[] {3}, 0.25, Double.NaN, 0.5);
    cli.write("two-by-two.npy", new int[] {2, 2}, 1, 1, 1, 1);
    Files.writeString(cli.file("text.npy"), "no numbers in here");
    Files.writeString(cli.file("short.npy"), "x");
    byte[] whole = Files.readAllBytes(cli.file("C.npy"));
    Files.write(cli.file("cut.npy"), java.util.Arrays.copyOf(whole, whole.length - 8));
    Files.write(
        cli.file("integers.npy"),
        new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1)
            .replace("<f8", "<i8")
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    Files.writeString(cli.file("file"), "not a folder");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // what is given beside --out @out | what the line must say, separated by ';'
        "--cost @none.npy --epsilon 1 | --cost;none.npy;found none",
        "--cost @text.npy --epsilon 1 | --cost;text.npy;expected an .npy file",
        "--cost @short.npy --epsilon 1 | --cost;short.npy;truncated",
        "--cost @cut.npy --epsilon 1 | --cost;cut.npy;truncated",
        "--cost @integers.npy --epsilon 1 | --cost;integers.npy;<i8",
        "--cost @ --epsilon 1 | --cost;directory",
        "--cost @vector.npy --epsilon 1 | --cost;vector.npy;(m, n);(3,)",
        "--cost @nan.npy --epsilon 1 | --cost;nan.npy;NaN;row 1, column 1",
        "--cost @minus.npy --epsilon 1 | --cost;minus.npy;-Infinity;row 1, column 2",
        "--cost @large.npy --epsilon 1 --dtype f32 | --cost;large.npy;1.0E300;[1, 2];f64",
        "--cost @C.npy --a @none.npy --epsilon 1 | --a;none.npy;found none",
        "--cost @C.npy --a @b.npy --epsilon 1 | --a;b.npy;(2,);(3,)",
        "--cost @C.npy --a @two-by-two.npy --epsilon 1 | --a;two-by-two.npy;(2,);(2, 2)",
        "--cost @C.npy --a @a-negative.npy --epsilon 1 | --a;a-negative.npy;-0.5;index 1",
        "--cost @C.npy --a @a-nan.npy --epsilon 1 | --a;a-nan.npy;NaN;index 1",
        "--cost @C.npy --a @a-inf.npy --epsilon 1 | --a;a-inf.npy;Infinity",
        "--cost @C.npy --a @a-zero.npy --epsilon 1 | --a;a-zero.npy;positive",
        "--cost @C.npy --a @a-heavy.npy --b @b.npy --epsilon 1"
            + " | --a;a-heavy.npy;--b;b.npy;2.0;1.0;1.0E-8",
        "--cost @C.npy --b @b-nan.npy --epsilon 1 | --b;b-nan.npy;NaN;index 1",
        "--cost @C.npy --b @a.npy --epsilon 1 | --b;a.npy;(3,);(2,)",
        "--cost @C.npy --epsilon 0 | --epsilon;0.0",
        "--cost @C.npy --epsilon -1 | --epsilon;-1.0",
        "--cost @C.npy --epsilon NaN | --epsilon;NaN",
        "--cost @C.npy --epsilon Infinity | --epsilon;Infinity",
        "--cost @C.npy --epsilon 1e-320 | --epsilon",
        "--cost @C.npy --epsilon small | --epsilon;small",
        "--cost @C.npy --epsilon 1,2 | --epsilon;one number;2",
        "--cost @batch.npy --epsilon 1,2,3 | --epsilon;1 or 2;3",
        "--cost @C.npy | --epsilon",
        "--epsilon 1 | --cost",
        "--cost @C.npy --epsilon 1 --tolerance 0 | --tolerance;0.0",
        "--cost @C.npy --epsilon 1 --tolerance NaN | --tolerance;NaN",
        "--cost @C.npy --epsilon 1 --max-iterations 0 | --max-iterations;0",
        "--cost @C.npy --epsilon 1 --threads 0 | --threads;0",
        "--cost @C.npy --epsilon 1 --threads -2 | --threads;-2",
        "--cost @C.npy --epsilon 1 --threads 9999 | --threads;9999",
        "--cost @C.npy --epsilon 1 --solver fast | --solver;fast;scaling",
        "--cost @C.npy --epsilon 1 --linear-solver lu | --linear-solver;lu;dense",
        "--cost @C.npy --epsilon 1 --epsilon-schedule slow | --epsilon-schedule;slow;adaptive",
        "--cost @C.npy --epsilon 1 --epsilon-schedule 1 | --epsilon-schedule;received 1;above 1",
        "--cost @C.npy --epsilon 1 --backend abacus | --backend;abacus;reference",
        "--cost @C.npy --epsilon 1 --backend cuda | --backend;cuda",
        "--cost @C.npy --epsilon 1 --dtype f16 | --dtype;f16;f32",
        "--cost @C.npy --epsilon 1 --wrong | --wrong",
        "--cost @C.npy --epsilon 1 --sharp --plan-gradient @C.npy | --sharp;--plan-gradient",
        "--cost @C.npy --epsilon 1 --plan-gradient @none.npy | --plan-gradient;none.npy",
        "--cost @C.npy --epsilon 1 --plan-gradient @vector.npy | --plan-gradient;(2, 3);(3,)",
        "--cost @C.npy --epsilon 1 --plan-gradient @batch.npy | --plan-gradient;(2, 3);(2, 2, 3)",
        "--cost @C.npy --epsilon 1 --plan-gradient @nan.npy | --plan-gradient;nan.npy;NaN;[1, 1]",
        "--cost @C.npy --epsilon 1 --plan-gradient @inf.npy | --plan-gradient;inf.npy;Infinity",
      })
  void one_line_names_what_is_wrong_and_nothing_is_written(String arguments, String said) {
    Cli.Result result = cli.run("solve --out @out " + arguments);
    assertThat(result.exit()).as(result.err()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).startsWith("jot solve: ");
    for (String part : said.split(";", -1)) {
      assertThat(result.err()).containsIgnoringCase(part);
    }
    assertThat(result.out()).isEmpty();
    assertThat(cli.file("out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"@file", "@file/below", "@file/far/below"})
  void a_folder_that_cannot_be_made_is_found_out_before_the_work(String out) throws IOException {
    Cli.Result result = cli.run("solve --cost @C.npy --epsilon 1 --out " + out);
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("--out").contains("file");
    assertThat(Files.readString(cli.file("file"))).isEqualTo("not a folder");
  }

  @Test
  void older_results_are_left_as_they_are() {
    cli.run("solve --cost @C.npy --epsilon 1 --out @out");
    double[] before = cli.read("out/plan.npy");
    assertThat(cli.run("solve --cost @nan.npy --epsilon 2 --out @out").exit())
        .isEqualTo(Jot.BAD_INPUT);
    assertThat(cli.read("out/plan.npy")).isEqualTo(before);
    assertThat(cli.files("out")).hasSize(4);
  }

  @Test
  void a_missing_out_is_said_too() {
    Cli.Result result = cli.run("solve --cost @C.npy --epsilon 1");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("--out").contains("jot solve --help");
  }

  @Test
  void nan_anywhere_in_the_cost_is_found() {
    for (int k = 0; k < 12; k++) {
      double[] numbers = {0, 1, 4, 1, 0, 1, 0, 1, 4, 1, 0, 1};
      numbers[k] = Double.NaN;
      cli.write("planted.npy", new int[] {2, 2, 3}, numbers);
      Cli.Result result = cli.run("solve --cost @planted.npy --epsilon 1 --out @out");
      assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
      assertThat(result.err())
          .contains("row " + k % 6 / 3)
          .contains("column " + k % 3)
          .contains("problem " + k / 6);
    }
  }
}
