package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
    Cli.Result cli = run("selftest --backend vector");
    assertThat(cli.exit()).as(cli.out() + cli.err()).isEqualTo(Jot.OK);
    assertThat(cli.out())
        .contains("backend: vector")
        .contains("all " + SelfTestCase.ALL.size() + " cases agree")
        .doesNotContain("OFF");
  }

  @Test
  void json_holds_every_case_with_its_differences() {
    Cli.Result cli = run("selftest --backend reference --json");
    assertThat(cli.exit()).isEqualTo(Jot.OK);
    assertThat(cli.out()).contains("\"good\": true").contains("\"plan\": 0.0").contains("newton");
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
