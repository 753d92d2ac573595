package jot.bench.ffm;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call as JMH measured it.
 *
 * @param median nanoseconds of a call; of all iterations of all forks, as the least and the most
 * @param answer the sum of what it returns or writes
 */
record FfmRow(
    Call call,
    int n,
    Way way,
    double median,
    double least,
    double most,
    long iterations,
    double answer) {

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("call", call.label());
    row.put("n", n);
    row.put("way", way.name().toLowerCase(Locale.ROOT));
    row.put("ns_median", median);
    row.put("ns_min", least);
    row.put("ns_max", most);
    row.put("iterations", iterations);
    row.put("answer", answer);
    return row;
  }

  /** For a table. */
  String cell() {
    return number(median) + " (" + number(least) + " … " + number(most) + ")";
  }

  private static String number(double nanoseconds) {
    return String.format(Locale.ROOT, nanoseconds < 100 ? "%.1f" : "%.0f", nanoseconds);
  }
}
