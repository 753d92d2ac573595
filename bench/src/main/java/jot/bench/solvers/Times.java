package jot.bench.solvers;

import java.util.ArrayList;
import java.util.List;

/** Times of repeated runs. */
final class Times {

  /** Below this a run is repeated often, after warm-ups that do not count. */
  private static final double QUICK = 0.2;

  /** Above this one run says enough. */
  private static final double LONG = 2;

  /** Warm-up runs go on until they have taken this long together, or are this many. */
  private static final double WARM = 0.25;

  private static final int MANY = 20;

  private static final int OFTEN = 5;
  private static final int SOME = 3;

  private final List<Double> seconds = new ArrayList<>();
  private double warmed;
  private double last;
  private int warmUps;
  private boolean complete;

  /** A warm-up, or, from the second on where it is long, already the run that counts. */
  void warmUp(double time) {
    last = time;
    warmed += time;
    warmUps++;
    if (warmUps > 1 && time > LONG) {
      seconds.add(time);
    }
  }

  /** The run that counts, of which another would say nothing new. */
  void only(double time) {
    seconds.clear();
    seconds.add(time);
    complete = true;
  }

  /** Whether another warm-up is wanted. */
  boolean isCold() {
    return !complete && (warmUps < 2 || warmed < WARM) && warmUps < MANY;
  }

  void add(double time) {
    seconds.add(time);
  }

  /** Whether another run is wanted. */
  boolean wantsMore() {
    if (complete) {
      return false;
    }
    int wanted = last > LONG ? 1 : last > QUICK ? SOME : OFTEN;
    return seconds.size() < wanted;
  }

  int runs() {
    return seconds.size();
  }

  double median() {
    double[] sorted = sorted();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  double min() {
    return sorted()[0];
  }

  double max() {
    return sorted()[sorted().length - 1];
  }

  private double[] sorted() {
    return seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }
}
