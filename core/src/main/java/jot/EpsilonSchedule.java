package jot;

/**
 * From which ε and how fast the solvers that sweep come down to the ε of the problem, with sweeps
 * in the log domain. What a stage at a larger ε finds is where the next begins. A descent takes at
 * most a quarter of the iterations allowed; a problem whose ε is large already has none. {@link
 * Solver#NEWTON} descends by itself: a schedule replaces its own.
 *
 * <p>Immutable.
 *
 * @param start the first ε as a fraction of the cost's range; 0 for no descent
 * @param factor by which ε falls from stage to stage, above 1
 * @param adapts whether the factor grows where stages are short, and shrinks where they are long
 */
public record EpsilonSchedule(double start, double factor, boolean adapts) {
  private static final double START = 0.25;
  private static final double FACTOR = 4;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException for a start or a factor out of range
   */
  public EpsilonSchedule {
    if (!(start >= 0 && start <= 1)) {
      throw Checks.bad(
          "epsilon schedule, start: expected a fraction of the cost's range from 0 to 1, received "
              + start);
    }
    if (!(factor > 1) || factor == Double.POSITIVE_INFINITY) {
      throw Checks.bad(
          "epsilon schedule, factor: expected a number above 1 to divide ε by, received " + factor);
    }
  }

  /** The problem's own ε from the first sweep: the default. */
  public static EpsilonSchedule none() {
    return new EpsilonSchedule(0, FACTOR, false);
  }

  /** From a quarter of the cost's range down by this factor. */
  public static EpsilonSchedule factor(double factor) {
    return new EpsilonSchedule(START, factor, false);
  }

  /** From a quarter of the cost's range, by a factor that follows the stages' lengths. */
  public static EpsilonSchedule adaptive() {
    return new EpsilonSchedule(START, FACTOR, true);
  }

  /** The same from another first ε, a fraction of the cost's range. */
  public EpsilonSchedule from(double fraction) {
    return new EpsilonSchedule(fraction, factor, adapts);
  }

  /** Whether ε comes down at all. */
  boolean descends() {
    return start > 0;
  }
}
