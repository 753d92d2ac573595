package jot.bench.calibration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jot.tensor.DType;

/**
 * What {@code calibration.c} measured.
 *
 * @param caches bytes of each level, where the system tells
 */
public record Limits(Map<Integer, Long> caches, List<ExpRate> exps, List<ReadRate> reads) {

  /**
   * How fast a loop takes exponentials of numbers in the first-level cache.
   *
   * @param method hand, or library where the C library has vectors
   * @param elementsPerNanosecond of all threads together
   * @param ulps largest error seen, in units of the last place
   */
  public record ExpRate(
      DType dtype, String method, int threads, double elementsPerNanosecond, double ulps) {}

  /**
   * How fast an array of so many bytes is read, over and over.
   *
   * @param gigabytesPerSecond of all threads together
   */
  public record ReadRate(long bytes, int threads, double gigabytesPerSecond) {}

  /** Reads the program's output. */
  static Limits parse(List<String> lines) {
    Limits limits = new Limits(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    for (String line : lines) {
      String[] word = line.strip().split(" +", -1);
      try {
        switch (word[0]) {
          case "cache" -> limits.caches.put(Integer.valueOf(word[1]), Long.valueOf(word[2]));
          case "exp" ->
              limits.exps.add(
                  new ExpRate(
                      DType.valueOf(word[1]),
                      word[2],
                      Integer.parseInt(word[3]),
                      Double.parseDouble(word[4]),
                      Double.parseDouble(word[5])));
          case "read" ->
              limits.reads.add(
                  new ReadRate(
                      Long.parseLong(word[1]),
                      Integer.parseInt(word[2]),
                      Double.parseDouble(word[3])));
          default -> throw new IllegalArgumentException("unknown word");
        }
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new IllegalArgumentException("calibration: cannot read the line '" + line + "'", e);
      }
    }
    return limits;
  }

  /** The fastest loop's elements a nanosecond. */
  public Optional<ExpRate> fastestExp(DType dtype, int threads) {
    return exps.stream()
        .filter(rate -> rate.dtype() == dtype && rate.threads() == threads)
        .max(Comparator.comparingDouble(ExpRate::elementsPerNanosecond));
  }

  /** The rate at which the array is read whose size is nearest. */
  public Optional<ReadRate> read(long bytes, int threads) {
    return reads.stream()
        .filter(rate -> rate.threads() == threads)
        .min(Comparator.comparingLong(rate -> Math.abs(rate.bytes() - bytes)));
  }
}
