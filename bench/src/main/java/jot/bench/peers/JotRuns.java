package jot.bench.peers;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/** A solver of jot's, run after run. Not thread-safe. */
abstract class JotRuns implements Contestant.Prepared {

  /** Seconds that the compiler must have been idle for. */
  private static final double IDLE_SECONDS = 1;

  /** Share of them that it may have worked all the same. */
  private static final double IDLE = 0.05;

  /** Longest warm-up in seconds, */
  private static final double LONGEST_WARM_UP = 60;

  /** and in solves of the longest kind. */
  private static final double LONGEST_IN_SOLVES = 10;

  /** Of the time that a turn was given, what it may take with the work that does not count. */
  private static final double WHOLE_TURN = 8;

  private static final int MOST_RUNS = 1000;

  private double seconds;

  /** Runs once; seconds of what counts. */
  abstract double run() throws PeerException;

  /** Frees what the runs hold. */
  abstract void close();

  /**
   * Runs until the compiler has nothing left to do: on one processor it shares the seconds with
   * what it compiles. At least two runs, but once the compiler is idle one that takes longer than
   * {@code many} seconds is enough.
   */
  final void warmUp(double many) throws PeerException {
    double longest = Math.min(LONGEST_WARM_UP, LONGEST_IN_SOLVES * many);
    long start = System.nanoTime();
    boolean busy = true;
    for (int runs = 0; runs < 2 || (busy && since(start) < longest); ) {
      long compiled = compileMillis();
      long slice = System.nanoTime();
      do {
        seconds = run();
        runs++;
      } while (since(slice) < IDLE_SECONDS);
      busy = (compileMillis() - compiled) * 1e-3 > IDLE * since(slice);
      if (!busy && seconds >= many) {
        return;
      }
    }
  }

  /** What the compiler's threads have worked so far; 0 where the JVM does not say. */
  private static long compileMillis() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    boolean known = compiler != null && compiler.isCompilationTimeMonitoringSupported();
    return known ? compiler.getTotalCompilationTime() : 0;
  }

  @Override
  public final double seconds() {
    return seconds;
  }

  @Override
  public final double[] turn(double budget) throws PeerException {
    if (seconds < budget) {
      run(); // others have had the caches since
    }
    double[] times = new double[MOST_RUNS];
    int runs = 0;
    double counted = 0;
    long start = System.nanoTime();
    do {
      times[runs] = run();
      counted += times[runs++];
    } while (counted < budget && since(start) < WHOLE_TURN * budget && runs < MOST_RUNS);
    return java.util.Arrays.copyOf(times, runs);
  }

  private static double since(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
