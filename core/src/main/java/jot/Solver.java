package jot;

/**
 * Which iteration solves the forward problem.
 *
 * @see Sinkhorn.Builder#solver
 */
public enum Solver {
  /**
   * The faster of the others for each problem: {@link #SCALING} for a dense cost whose range is at
   * most 500 ε, else {@link #LOG}.
   */
  AUTO,

  /**
   * Sinkhorn's iteration on the potentials: one exp an entry and sweep, no memory beyond O(m + n).
   */
  LOG,

  /** Sinkhorn's iteration on scalings with absorption: no exp in a sweep, one m×n array of F64. */
  SCALING;

  /** {@link #AUTO}. */
  public static Solver auto() {
    return AUTO;
  }

  /** {@link #LOG}. */
  public static Solver logDomain() {
    return LOG;
  }

  /** {@link #SCALING}. */
  public static Solver scaling() {
    return SCALING;
  }
}
