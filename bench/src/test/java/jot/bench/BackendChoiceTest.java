package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jot.spi.Backends;
import jot.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backend {@code jot solve} takes, on both sides of the border and where one is forced. */
class BackendChoiceTest {

  @TempDir Path folder;

  @BeforeEach
  void noDevice() {
    assumeThat(Backends.find())
        .noneMatch(found -> found.name().equals("cuda") && found.availability().usable());
  }

  @AfterEach
  void forget() {
    System.clearProperty(Backends.PROPERTY);
  }

  @Test
  void a_cost_of_16_megabytes_is_the_largest_that_is_solved_on_the_scalar_backend() {
    assertThat(BackendChoice.of(null, 1)).isEqualTo("reference");
    assertThat(BackendChoice.of(null, 16_000_000)).isEqualTo("reference");
    assertThat(BackendChoice.of(null, 16_000_004)).isNull();
  }

  @Test
  void a_backend_that_is_named_is_taken_at_any_size() {
    assertThat(BackendChoice.of("vector", 8)).isEqualTo("vector");
    assertThat(BackendChoice.of("reference", 1L << 40)).isEqualTo("reference");
    System.setProperty(Backends.PROPERTY, "vector");
    assertThat(BackendChoice.of(null, 8)).isNull();
  }

  @Test
  void the_report_of_a_small_problem_names_the_scalar_backend() {
    Cli cli = new Cli(folder);
    cli.write("C.npy", new int[] {2, 2}, 0, 1, 1, 0);
    cli.run("solve --cost @C.npy --epsilon 1 --out @out");
    assertThat(cli.json("out/report.json").get("backend").textValue()).isEqualTo("reference");
  }

  @Test
  void a_larger_problem_is_left_to_the_library() {
    Cli cli = new Cli(folder);
    cli.write("C.npy", DType.F32, new int[] {2, 2_000_001}, new double[4_000_002]);
    cli.run("solve --cost @C.npy --epsilon 1 --max-iterations 1 --out @out");
    String fastest =
        Backends.find().stream()
            .filter(found -> found.availability().usable())
            .map(Backends.Found::name)
            .findFirst()
            .orElseThrow();
    assertThat(cli.json("out/report.json").get("backend").textValue()).isEqualTo(fastest);
  }

  @Test
  void the_launcher_has_the_same_limit() throws IOException {
    assertThat(Files.readString(Path.of("src", "main", "launcher", "jot")))
        .contains("\nsmall=" + BackendChoice.SMALL_BYTES + "\n");
  }
}
