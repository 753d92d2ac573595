package jot.bench.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import jot.tensor.DType;
import org.junit.jupiter.api.Test;

class LimitsTest {

  private final Limits limits =
      Limits.parse(
          List.of(
              "cache 2 524288",
              "exp F64 hand 1 1.25 1.4",
              "exp F64 library 1 0.5 1.8",
              "exp F32 hand 2 7.5 1.3",
              "read 1024 1 90.5",
              "read 1048576 1 30",
              "read 1048576 2 50"));

  @Test
  void the_fastest_loop_is_the_limit() {
    assertThat(limits.fastestExp(DType.F64, 1).orElseThrow().method()).isEqualTo("hand");
    assertThat(limits.fastestExp(DType.F32, 2).orElseThrow().elementsPerNanosecond())
        .isEqualTo(7.5);
    assertThat(limits.fastestExp(DType.F32, 1)).isEmpty();
  }

  @Test
  void bandwidth_is_that_of_the_nearest_size() {
    assertThat(limits.read(2000, 1).orElseThrow().gigabytesPerSecond()).isEqualTo(90.5);
    assertThat(limits.read(900_000, 1).orElseThrow().gigabytesPerSecond()).isEqualTo(30);
    assertThat(limits.read(1024, 2).orElseThrow().gigabytesPerSecond()).isEqualTo(50);
    assertThat(limits.read(1024, 3)).isEmpty();
    assertThat(limits.caches()).containsEntry(2, 524288L);
  }

  @Test
  void a_line_that_says_something_else_is_an_error() {
    for (String line :
        new String[] {"exp F64 hand", "exp F16 hand 1 1 1", "lunch 12", "read x 1 2"}) {
      assertThatThrownBy(() -> Limits.parse(List.of(line)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(line);
    }
  }
}
