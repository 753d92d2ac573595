package jot.bench.ffm;

import java.util.Arrays;
import java.util.List;

/** What a call gives: the same bits in every way, or its times could not be compared. */
final class Answers {

  private Answers() {}

  /**
   * The sum of the numbers that every one of these ways gives.
   *
   * @throws IllegalStateException when two of them differ
   */
  static double common(Call call, int n, List<Way> ways) {
    double[] first = of(call, n, ways.getFirst());
    for (Way way : ways) {
      if (!Arrays.equals(of(call, n, way), first)) {
        throw new IllegalStateException(
            "%s, n = %d: %s gives other numbers than %s"
                .formatted(call.label(), n, way, ways.getFirst()));
      }
    }
    return Arrays.stream(first).sum();
  }

  /** All numbers that a call gives in one way. */
  static double[] of(Call call, int n, Way way) {
    FfmVersusJni benchmark = new FfmVersusJni();
    benchmark.way = way;
    benchmark.n = n;
    benchmark.open();
    try {
      return benchmark.answer(call);
    } finally {
      benchmark.close();
    }
  }
}
