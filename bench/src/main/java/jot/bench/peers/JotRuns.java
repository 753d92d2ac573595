package jot.bench.peers;

/** A solver of jot's, run after run. Not thread-safe. */
abstract class JotRuns implements Contestant.Prepared {

  /**
   * The compiler has seen enough after so many seconds, or so many runs: on one processor it shares
   * them with what it compiles.
   */
  private static final double WARM_SECONDS = 6;

  private static final int WARM_RUNS = 2000;

  /** Of the time that a turn was given, what it may take with the work that does not count. */
  private static final double WHOLE_TURN = 8;

  private static final int MOST_RUNS = 1000;

  private double seconds;

  /** Runs once; seconds of what counts. */
  abstract double run() throws PeerException;

  /** Frees what the runs hold. */
  abstract void close();

  /** At least two runs, but one that takes longer than {@code many} seconds is enough. */
  final void warmUp(double many) throws PeerException {
    long start = System.nanoTime();
    int runs = 0;
    do {
      seconds = run();
      runs++;
    } while (seconds < many && (runs < 2 || (since(start) < WARM_SECONDS && runs < WARM_RUNS)));
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
