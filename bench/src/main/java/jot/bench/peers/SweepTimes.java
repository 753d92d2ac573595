package jot.bench.peers;

import java.util.Arrays;

/**
 * Time of a sweep from solves with few and with many sweeps: the difference of their times over the
 * difference of their sweeps. What a solve does once, and what it does at its end, cancels.
 */
final class SweepTimes {

  private SweepTimes() {}

  /**
   * The difference at each rank, best with best, median with median. Where the machine wavered so
   * much that fewer sweeps took longer, there is none.
   *
   * @param few times of solves with few sweeps, sorted, any unit
   * @param many times of those with {@code sweeps} more, sorted
   */
  static double[] of(double[] few, double[] many, int sweeps) {
    double[] each = new double[Math.min(few.length, many.length)];
    for (int k = 0; k < each.length; k++) {
      each[k] = (at(many, k, each.length) - at(few, k, each.length)) / sweeps;
    }
    return Arrays.stream(each).filter(time -> time > 0).sorted().toArray();
  }

  private static double at(double[] sorted, int rank, int ranks) {
    return ranks == 1
        ? sorted[sorted.length / 2]
        : sorted[(int) Math.round((double) rank * (sorted.length - 1) / (ranks - 1))];
  }
}
