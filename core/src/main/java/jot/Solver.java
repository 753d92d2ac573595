package jot;

/**
 * Which iteration solves the forward problem.
 *
 * @see Sinkhorn.Builder#solver
 */
public enum Solver {
  /**
   * The fastest for each problem: begins with {@link #SCALING} for a dense cost, with {@link #LOG}
   * for points, over-relaxed as by {@link #OVERRELAXED}, and leaves a problem to {@link #NEWTON}
   * whose residuals say that more sweeps lie ahead than that is worth.
   */
  AUTO,

  /**
   * Sinkhorn's iteration on the potentials: one exp an entry and sweep, no memory beyond O(m + n).
   */
  LOG,

  /**
   * Sinkhorn's iteration on scalings with absorption: no exp in a sweep, one m×n array: of F32
   * where the tolerance is at least 1e-6, else of F64.
   */
  SCALING,

  /**
   * Truncated Newton with ε-scaling on the semi-dual: for small ε, where sweeps would crawl. One
   * m×n array of F64 for a dense cost; for points O(m + n) and the entries of the plan that count.
   */
  NEWTON,

  /**
   * Sweeps in the log domain that go beyond themselves by a factor below 2 that follows the
   * measured rate, and fall back to plain sweeps: about the square root of the plain sweeps.
   */
  OVERRELAXED,

  /**
   * Anderson acceleration of the sweeps: the next potentials from the last five, guarded. Memory
   * O(m + n).
   */
  ANDERSON,

  /**
   * Limited-memory BFGS on the semi-dual, then a few sweeps: second order's steps for one pass
   * each. Memory O(m + n).
   */
  LBFGS;

  /** {@link #OVERRELAXED}. */
  public static Solver overRelaxed() {
    return OVERRELAXED;
  }

  /** {@link #ANDERSON}. */
  public static Solver anderson() {
    return ANDERSON;
  }

  /** {@link #LBFGS}. */
  public static Solver lbfgs() {
    return LBFGS;
  }

  /** {@link #AUTO}. */
  public static Solver auto() {
    return AUTO;
  }

  /** {@link #LOG}. */
  public static Solver logDomain() {
    return LOG;
  }

  /** {@link #NEWTON}. */
  public static Solver newton() {
    return NEWTON;
  }

  /** {@link #SCALING}. */
  public static Solver scaling() {
    return SCALING;
  }
}
