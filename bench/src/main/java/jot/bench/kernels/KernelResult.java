package jot.bench.kernels;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * A kernel beside the reference backend's.
 *
 * @param difference largest relative difference of what it writes
 * @param seconds of a call, the median of some
 * @param bytesPerSecond by the least that it must read and write of arrays; 0 where there are none
 * @param copyRate bytes a second of the same backend's copy
 * @param failure why it could not run, or null
 */
public record KernelResult(
    Kernel kernel,
    DType dtype,
    int n,
    double difference,
    double allowed,
    double seconds,
    double bytesPerSecond,
    double copyRate,
    @Nullable String failure) {

  /** Whether rounding explains the difference. */
  public boolean good() {
    return failure == null && difference <= allowed;
  }

  /** For people. */
  public String line() {
    String name = kernel.label() + (kernel.hasStorage() ? " " + dtype : "");
    if (failure != null) {
      return "FAILED  %-20s %s".formatted(name, failure);
    }
    String rate =
        bytesPerSecond == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %.2f GB/s, %.0f %% of the copy's",
                bytesPerSecond * 1e-9,
                100 * bytesPerSecond / copyRate);
    return String.format(
        Locale.ROOT,
        "%-7s %-20s off by %.1e; %.3f ms%s",
        good() ? "ok" : "OFF",
        name,
        difference,
        1e3 * seconds,
        rate);
  }

  /** For programs. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("kernel", kernel.label());
    entry.put("storage", dtype.name().toLowerCase(Locale.ROOT));
    entry.put("n", n);
    entry.put("good", good());
    entry.put("difference", difference);
    entry.put("allowed", allowed);
    entry.put("seconds", seconds);
    entry.put("bytes_per_second", bytesPerSecond == 0 ? null : bytesPerSecond);
    entry.put("of_copy", bytesPerSecond == 0 ? null : bytesPerSecond / copyRate);
    entry.put("failure", failure);
    return entry;
  }
}
