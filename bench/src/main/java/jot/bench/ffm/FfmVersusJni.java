package jot.bench.ffm;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * Nanoseconds of a call of OpenBLAS. Each way runs in a JVM of its own and is the only one that its
 * call site has seen, so it is compiled into its caller.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FfmVersusJni {

  private static final int SEED = 20_22;

  /** How it is called. */
  @Param("FFM")
  public Way way = Way.FFM;

  /** Length of vectors, rows and columns of the matrix. */
  @Param("0")
  public int n;

  private Arena arena;
  private Operand a;
  private Operand x;
  private Operand y;

  /** Made by JMH, which sets the parameters. */
  @SuppressWarnings("NullAway.Init")
  public FfmVersusJni() {}

  /** The same numbers for every way. */
  @Setup
  public void open() {
    Random random = new Random(SEED + n);
    arena = Arena.ofConfined();
    x = new Operand(arena, n, random);
    y = new Operand(arena, n, random);
    a = new Operand(arena, n * n, random);
  }

  /** Frees them. */
  @TearDown
  public void close() {
    arena.close();
  }

  /** A function that only returns a number. */
  @Benchmark
  public int noop() throws Throwable {
    return way.noop();
  }

  /** x·y. */
  @Benchmark
  public double dot() throws Throwable {
    return way.dot(n, x, y);
  }

  /** y ← A x. */
  @Benchmark
  public Object gemv() throws Throwable {
    way.gemv(n, a, x, y);
    return y;
  }

  /** All numbers that a call gives, not timed. */
  double[] answer(Call call) {
    try {
      return switch (call) {
        case NOOP -> new double[] {noop()};
        case DOT -> new double[] {dot()};
        case GEMV -> {
          gemv();
          yield way.numbers(y);
        }
      };
    } catch (Throwable e) {
      throw new IllegalStateException(way + " cannot be called", e);
    }
  }
}
