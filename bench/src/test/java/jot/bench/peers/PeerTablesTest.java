package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jot.tensor.DType;
import org.junit.jupiter.api.Test;

class PeerTablesTest {

  private static Row row(String system, int n, double median, double residual) {
    Task task = new Task(Work.SOLVE, CostKind.POINTS, n, 1, 0.01, DType.F64, 2, 1e-6);
    return new Row(
        task,
        system,
        "1",
        "plain",
        List.of(0.5 * median, median, 2 * median),
        7,
        residual,
        Double.NaN);
  }

  @Test
  void a_cell_is_the_median_and_how_many_times_that_of_jot() {
    String text =
        PeerTables.text(
            "jot bench peers",
            "a machine",
            List.of(
                row("jot", 64, 2, 1e-7),
                row("POT", 64, 6, 1e-7),
                row("jot", 256, 5, 1e-7),
                row("POT", 256, 2000, 3e-4)),
            List.of());
    assertThat(text)
        .contains("**A solve to the residual 1e-6, 2-D points, F64, 2 threads**")
        .contains("| n, ε / range | 64, ε 1e-2 | 256, ε 1e-2 |\n|---|---|---|\n")
        .contains("| jot plain | 2.0 ms / 1.0 ms | 5.0 ms / 2.5 ms |\n")
        .contains("| POT plain | 6.0 ms / 3.0 ms (3.0× / 3.0×) | > 2.0 s / 1.0 s (3e-4) |\n")
        .doesNotContain("Not measured");
  }

  @Test
  void an_answer_that_is_not_good_enough_is_no_measure() {
    String text =
        PeerTables.text(
            "", "", List.of(row("jot", 64, 2, 1e-3), row("POT", 64, 6, 1e-7)), List.of("a note"));
    assertThat(text)
        .contains("| jot plain | > 2.0 ms / 1.0 ms (1e-3) |")
        .contains("| POT plain | 6.0 ms / 3.0 ms |")
        .endsWith("Not measured:\n\n- a note\n");
  }

  @Test
  void a_solver_that_did_not_run_leaves_its_cell_empty() {
    String text =
        PeerTables.text(
            "",
            "",
            List.of(row("jot", 64, 2, 0), row("jot", 256, 2, 0), row("POT", 256, 2, 0)),
            List.of());
    assertThat(text).contains("| POT plain |  | 2.0 ms / 1.0 ms (1.0× / 1.0×) |");
  }

  @Test
  void medians_are_of_the_middle() {
    assertThat(row("jot", 64, 3, 0).median()).isEqualTo(3);
    Row even =
        new Row(
            row("jot", 64, 3, 0).task(), "jot", "1", "plain", List.of(1.0, 2.0, 4.0, 9.0), 1, 0, 0);
    assertThat(even.median()).isEqualTo(3);
    assertThat(even.best()).isEqualTo(1);
    assertThat(even.json().get("worst_ms")).isEqualTo(9.0);
  }
}
