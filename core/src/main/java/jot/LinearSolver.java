package jot;

/**
 * Which solver the marginal system of a backward pass gets.
 *
 * @see Sinkhorn.Builder#linearSolver
 */
public enum LinearSolver {
  /**
   * {@link #DENSE} up to 64 on the smaller side; above, {@link #CG}, and {@link #DENSE} for the
   * problems that CG does not bring to its tolerance.
   */
  AUTO,

  /** Accurate elimination, exact to rounding even next to a permutation; min(m, n)² doubles. */
  DENSE,

  /** Conjugate gradients, O(n) memory, one read of the plan a step; slow at small ε. */
  CG
}
