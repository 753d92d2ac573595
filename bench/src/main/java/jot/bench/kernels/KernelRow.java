package jot.bench.kernels;

import java.util.LinkedHashMap;
import java.util.Map;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * A kernel as JMH measured it, beside the limits measured right after it; NaN for limits that are
 * not known.
 *
 * @param error half of JMH's 99.9 % confidence interval of the calls a second; NaN with few samples
 * @param allocated bytes on the heap a call
 * @param expLimit exponentials a second of the fastest C loop
 * @param readLimit bytes a second of a C loop that reads as many bytes as the kernel treats
 */
record KernelRow(
    Kernel kernel,
    DType dtype,
    int n,
    String backend,
    int threads,
    double callsPerSecond,
    double error,
    double elementsPerSecond,
    double bytesPerSecond,
    double expsPerSecond,
    double allocated,
    double expLimit,
    double readLimit) {

  double nanoseconds() {
    return 1e9 / callsPerSecond;
  }

  /** Share of the exponentials a second; NaN for a kernel that takes none. */
  double ofExpLimit() {
    return expsPerSecond > 0 ? expsPerSecond / expLimit : Double.NaN;
  }

  /** Share of the bytes a second; NaN for a kernel that reads no arrays. */
  double ofReadLimit() {
    return bytesPerSecond > 0 ? bytesPerSecond / readLimit : Double.NaN;
  }

  /** Share of the limit that binds: 1 where nothing could be faster. */
  double ofLimit() {
    double exp = ofExpLimit();
    double read = ofReadLimit();
    return Double.isNaN(exp) ? read : Double.isNaN(read) ? exp : Math.max(exp, read);
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("kernel", kernel.label());
    row.put("dtype", dtype.name().toLowerCase(java.util.Locale.ROOT));
    row.put("n", n);
    row.put("backend", backend);
    row.put("threads", threads);
    row.put("calls_per_second", callsPerSecond);
    row.put("calls_per_second_error", error);
    row.put("ns_per_call", nanoseconds());
    row.put("elements_per_second", elementsPerSecond);
    row.put("bytes_per_second", bytesPerSecond);
    row.put("exps_per_second", expsPerSecond);
    row.put("allocated_bytes_per_call", allocated);
    row.put("exp_limit_per_second", expLimit);
    row.put("read_limit_bytes_per_second", readLimit);
    row.put("of_exp_limit", ofExpLimit());
    row.put("of_read_limit", ofReadLimit());
    return row;
  }
}
