package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command itself: help, version, errors. */
class JotTest {

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void commandLine() {
    cli = new Cli(folder);
  }

  @Test
  void help_names_every_command() {
    Cli.Result result = cli.run("--help");
    assertThat(result.exit()).isZero();
    assertThat(result.out()).contains("solve", "doctor", "demo", "--version", "Start here");
  }

  @Test
  void help_of_solve_has_an_example_the_files_and_the_exit_codes() {
    Cli.Result result = cli.run("solve --help");
    assertThat(result.exit()).isZero();
    assertThat(result.out())
        .contains("jot solve --cost C.npy --epsilon 0.01 --out result")
        .contains("plan.npy", "report.json", "Exit code: 0 converged; 3 not converged");
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void help_of_the_others_explains_them() {
    assertThat(cli.run("doctor --help").out()).contains("backends", "--json");
    assertThat(cli.run("demo --help").out()).contains("--out", "pictures");
  }

  @Test
  void version_names_jot_and_the_jdk() {
    Cli.Result result = cli.run("--version");
    assertThat(result.exit()).isZero();
    assertThat(result.out()).contains("jot ").contains("JDK 25");
  }

  @Test
  void without_a_command_one_line_says_which_there_are() {
    Cli.Result result = cli.run("--stacktrace");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err())
        .contains("solve, doctor, selftest, demo or bench")
        .contains("jot --help");
  }

  @Test
  void an_unknown_command_is_bad_input() {
    Cli.Result result = cli.run("solv");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("solv");
  }

  @Test
  void an_unexpected_exception_is_one_line_with_a_hint_and_exit_code_1() {
    StringWriter err = new StringWriter();
    CommandLine command = new CommandLine(new Jot()).setErr(new PrintWriter(err, true));
    int exit = Failure.explain(new IllegalStateException("two\nlines"), command, false);
    assertThat(exit).isEqualTo(Jot.FAILED);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .contains("unexpected IllegalStateException: two lines")
        .contains("--stacktrace");
  }

  @Test
  void stacktrace_shows_where_an_error_comes_from() {
    Cli.Result result = cli.run("solve --stacktrace --cost @none.npy --epsilon 1 --out @out");
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err()).contains("at jot.bench").contains("found none");
  }
}
