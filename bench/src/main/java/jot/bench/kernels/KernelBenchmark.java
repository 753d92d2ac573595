package jot.bench.kernels;

import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jot.tensor.DType;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Calls of a kernel a second; beside them as secondary metrics the elements, bytes and exponentials
 * a second, by the least work that {@link Kernel} says it can be done with.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class KernelBenchmark {

  /** The operation. */
  @Param("sweep")
  public String kernel = "";

  /** Storage of matrices. */
  @Param({"F64", "F32"})
  public DType dtype = DType.F64;

  /** Rows and columns. */
  @Param({"16", "64", "100", "256", "1000", "1023", "2048", "4096"})
  public int n;

  /** Who does it. */
  @Param({"vector", "reference"})
  public String backend = "";

  /** Threads that a call may use. */
  @Param("1")
  public int threads;

  // held here, or the level would be forgotten with the logger
  private static final Logger LIBRARY = Logger.getLogger("jot");

  private Kernel chosen = Kernel.SWEEP;
  private KernelFixture fixture;

  /** What calls did, counted by JMH a second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Work {
    /** Entries of a matrix or vector. */
    public long elements;

    /** Bytes read and written. */
    public long bytes;

    /** Exponentials. */
    public long exps;

    /** Made by JMH. */
    public Work() {}
  }

  /** Made by JMH, which sets the parameters. */
  @SuppressWarnings("NullAway.Init")
  public KernelBenchmark() {}

  /** Prepares a problem. */
  @Setup
  public void open() {
    LIBRARY.setLevel(Level.WARNING); // which backend runs, stands in the parameters
    chosen = Kernel.of(kernel);
    fixture = new KernelFixture(backend, threads, n, dtype);
  }

  /** Frees it. */
  @TearDown
  public void close() {
    fixture.close();
  }

  /** One call. */
  @Benchmark
  public void call(Work work) {
    fixture.run(chosen);
    work.elements += chosen.elements(n);
    work.bytes += chosen.bytes(n, dtype.bytes());
    work.exps += chosen.exps(n);
  }
}
