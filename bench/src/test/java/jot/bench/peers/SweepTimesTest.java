package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SweepTimesTest {

  @Test
  void what_is_done_once_cancels() {
    double[] few = {110, 120, 130}; // 100 once, and 10 sweeps of 1, 2, 3
    double[] many = {160, 220, 280};
    assertThat(SweepTimes.of(few, many, 50)).containsExactly(1, 2, 3);
  }

  @Test
  void numbers_of_runs_may_differ() {
    assertThat(SweepTimes.of(new double[] {1, 2, 3, 4, 5}, new double[] {11, 23, 35}, 10))
        .containsExactly(1, 2, 3);
    assertThat(SweepTimes.of(new double[] {1, 2, 9}, new double[] {12}, 10)).containsExactly(1);
  }

  @Test
  void times_that_wavered_too_much_are_left_out() {
    assertThat(SweepTimes.of(new double[] {5, 6}, new double[] {4, 16}, 10)).containsExactly(1);
    assertThat(SweepTimes.of(new double[] {5}, new double[] {4}, 10)).isEmpty();
  }
}
