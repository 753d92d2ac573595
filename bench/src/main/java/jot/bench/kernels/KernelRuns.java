package jot.bench.kernels;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import jot.bench.calibration.Calibration;
import jot.bench.calibration.Limits;
import jot.tensor.DType;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs JMH for a kernel and a size, and the calibration right after it. */
final class KernelRuns {

  private static final double GIGA = 1e9;
  private static final int CALIBRATION_MILLIS = 45;

  /** Smaller arrays are read from registers as much as from a cache. */
  private static final long LEAST_BYTES = 1 << 14;

  /** Times longer than a measured iteration: on one processor the compiler takes its share. */
  private static final int WARM_UP = 3;

  private final Calibration calibration;
  private final int warmups;
  private final int measurements;
  private final int millis;
  private final int forks;

  /**
   * How long to measure.
   *
   * @param millis of each iteration
   */
  KernelRuns(Calibration calibration, int warmups, int measurements, int millis, int forks) {
    this.calibration = calibration;
    this.warmups = warmups;
    this.measurements = measurements;
    this.millis = millis;
    this.forks = forks;
  }

  /**
   * Measures in JVMs of their own.
   *
   * @throws IllegalStateException when one of them fails
   */
  List<KernelRow> run(
      Kernel kernel, int n, List<DType> dtypes, List<String> backends, List<Integer> threads) {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("^" + KernelBenchmark.class.getName().replace(".", "\\.") + "\\.")
        .param("kernel", kernel.label())
        .param("n", String.valueOf(n))
        .param("dtype", words(dtypes))
        .param("backend", words(backends))
        .param("threads", words(threads))
        .warmupIterations(warmups)
        .warmupTime(TimeValue.milliseconds(WARM_UP * (long) millis))
        .measurementIterations(measurements)
        .measurementTime(TimeValue.milliseconds(millis))
        .forks(forks)
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    Collection<RunResult> results;
    try {
      results = new Runner(options.build()).run();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
    Limits limits = limits(kernel, n, dtypes, threads);
    List<KernelRow> rows = new ArrayList<>();
    for (RunResult result : results) {
      rows.add(row(kernel, n, result, limits));
    }
    return rows;
  }

  private static String[] words(List<?> values) {
    return values.stream().map(String::valueOf).toArray(String[]::new);
  }

  private Limits limits(Kernel kernel, int n, List<DType> dtypes, List<Integer> threads) {
    if (!calibration.works()) {
      return new Limits(Map.of(), List.of(), List.of());
    }
    List<Long> bytes =
        dtypes.stream().map(dtype -> workingSet(kernel, n, dtype)).distinct().toList();
    return calibration.measure(CALIBRATION_MILLIS, threads, bytes);
  }

  private static long workingSet(Kernel kernel, int n, DType dtype) {
    return Math.max(LEAST_BYTES, kernel.bytes(n, dtype.bytes()));
  }

  @SuppressWarnings("rawtypes") // as JMH gives it
  private static KernelRow row(Kernel kernel, int n, RunResult result, Limits limits) {
    DType dtype = DType.valueOf(result.getParams().getParam("dtype"));
    int threads = Integer.parseInt(result.getParams().getParam("threads"));
    Map<String, Result> secondary = result.getSecondaryResults();
    return new KernelRow(
        kernel,
        dtype,
        n,
        result.getParams().getParam("backend"),
        threads,
        result.getPrimaryResult().getScore(),
        result.getPrimaryResult().getScoreError(),
        score(secondary, "elements"),
        score(secondary, "bytes"),
        score(secondary, "exps"),
        score(secondary, "gc.alloc.rate.norm"),
        limits
            .fastestExp(kernel.exponentials(dtype), threads)
            .map(rate -> GIGA * rate.elementsPerNanosecond())
            .orElse(Double.NaN),
        limits
            .read(workingSet(kernel, n, dtype), threads)
            .map(rate -> GIGA * rate.gigabytesPerSecond())
            .orElse(Double.NaN));
  }

  /** JMH of another version puts a dot before the names of profilers. */
  @SuppressWarnings("rawtypes")
  private static double score(Map<String, Result> secondary, String name) {
    return secondary.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(name))
        .mapToDouble(entry -> entry.getValue().getScore())
        .findFirst()
        .orElse(Double.NaN);
  }
}
