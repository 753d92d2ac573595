package jot.bench.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import jot.tensor.DType;

/**
 * Every kernel of a backend beside the reference backend's, on the same random costs and points and
 * the same vectors, and its time beside that of a copy. Not thread-safe.
 */
public final class KernelCheck {

  /**
   * Sums of n numbers and exponents of some hundreds leave 1e-13 of the largest number; residuals,
   * differences of such sums, lose up to four more digits.
   */
  private static final double ALLOWED = 1e-9;

  /** Two results on either side of a tie are an ulp of F32 apart where they are stored so. */
  private static final double ALLOWED_STORED_F32 = 0x1p-22;

  /** Exponents of some hundreds made in F32 are off by 2⁻¹⁶ on either side. */
  private static final double ALLOWED_COARSE = 0x1p-14;

  /** Scalings that meet a kernel of F32 may become F32, and runs of products be added up in it. */
  private static final double ALLOWED_IN_F32 = 0x1p-20;

  private static final int WARM_UPS = 3;
  private static final long WARM_UP_NANOS = 100_000_000;
  private static final int RUNS = 5;

  private final String backend;
  private final int threads;
  private final int n;
  private final double copyRate;

  /**
   * Prepares, and measures the copy.
   *
   * @param threads that a call may use on the CPU
   * @param n rows and columns, at least 2
   */
  public KernelCheck(String backend, int threads, int n) {
    this.backend = backend;
    this.threads = threads;
    this.n = n;
    copyRate = CopyBandwidth.measure(backend, threads);
  }

  /** Bytes a second, read and written, of this backend's copy of a large vector. */
  public double copyRate() {
    return copyRate;
  }

  /** Compares all, handing over each result as it is known. */
  public List<KernelResult> run(Consumer<KernelResult> seen) {
    List<KernelResult> all = new ArrayList<>();
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      try (KernelFixture reference = new KernelFixture("reference", threads, n, dtype);
          KernelFixture tested = new KernelFixture(backend, threads, n, dtype)) {
        tested.take(reference, true);
        for (Kernel kernel : Kernel.values()) {
          if (dtype == DType.F64 || kernel.hasStorage()) {
            KernelResult result = compare(kernel, dtype, reference, tested);
            all.add(result);
            seen.accept(result);
          }
        }
      }
    }
    return all;
  }

  private KernelResult compare(
      Kernel kernel, DType dtype, KernelFixture reference, KernelFixture tested) {
    try {
      tested.take(reference, false);
      reference.run(kernel);
      tested.run(kernel);
      double difference = difference(tested.numbers(kernel), reference.numbers(kernel));
      double seconds = seconds(kernel, tested);
      return new KernelResult(
          kernel,
          dtype,
          n,
          difference,
          allowed(kernel, dtype),
          seconds,
          kernel.bytes(n, dtype.bytes()) / seconds,
          copyRate,
          null);
    } catch (RuntimeException | LinkageError e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new KernelResult(kernel, dtype, n, 1, 0, 0, 0, copyRate, why);
    }
  }

  private static double allowed(Kernel kernel, DType dtype) {
    if (kernel == Kernel.COARSE_SWEEP) {
      return ALLOWED_COARSE;
    }
    if (dtype != DType.F32) {
      return ALLOWED;
    }
    return switch (kernel) {
      case PLAN, COST_GRADIENT, TRANSPOSE -> ALLOWED_STORED_F32;
      case SCALING_SWEEP, RELAXED_SCALING_SWEEP -> ALLOWED_IN_F32;
      default -> ALLOWED;
    };
  }

  /** Of each buffer the largest difference over the largest number; the worst of them. */
  static double difference(List<double[]> tested, List<double[]> reference) {
    double worst = 0;
    for (int k = 0; k < reference.size(); k++) {
      double largest = 0;
      double apart = 0;
      for (int i = 0; i < reference.get(k).length; i++) {
        double x = tested.get(k)[i];
        double y = reference.get(k)[i];
        if (Double.compare(x, y) == 0) {
          largest = Double.isFinite(y) ? Math.max(largest, Math.abs(y)) : largest;
          continue; // equal infinities too
        }
        double gap = Math.abs(x - y);
        if (!(gap < Double.POSITIVE_INFINITY)) {
          return Double.POSITIVE_INFINITY;
        }
        largest = Math.max(largest, Math.abs(y));
        apart = Math.max(apart, gap);
      }
      worst = Math.max(worst, apart == 0 ? 0 : apart / largest);
    }
    return worst;
  }

  /** The median of some calls, each waited for. */
  private static double seconds(Kernel kernel, KernelFixture fixture) {
    long begin = System.nanoTime();
    for (int run = 0; run < WARM_UPS || System.nanoTime() - begin < WARM_UP_NANOS; run++) {
      fixture.run(kernel);
    }
    double[] times = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      fixture.run(kernel);
      times[run] = (System.nanoTime() - start) * 1e-9;
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }
}
