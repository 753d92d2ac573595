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

  /**
   * A Cholesky factor by the vendor's library where the backend has one (cuBLAS and cuSOLVER for
   * {@code cuda}), and one refinement step with a residual in which nothing cancels. A problem
   * whose factor breaks down, whose plan falls apart, or whose refined residual misses the
   * tolerance is eliminated as by {@link #DENSE}, and so is every problem on a backend without such
   * a library. At most twice min(m, n)² doubles; on the device m×n more, for points of each
   * problem.
   *
   * <p>A missing library is an {@link IllegalStateException} when a solve or a layer begins.
   */
  CHOLESKY,

  /**
   * Conjugate gradients: one read of the plan a step, or of the entries that count where they are
   * few. At small ε a factor of the plan's own graph keeps the steps few, or a second level of the
   * preconditioner, the exchange between at most 96 groups of columns; whether they are worth their
   * while is decided on the way, and remembered. One m×n array of F64 for a stored cost, and O(m +
   * n).
   */
  CG,

  /** {@link #CG} with the diagonal as preconditioner and every product dense: to compare. */
  CG_DIAGONAL,

  /** {@link #CG} with the graph's factor from the first step: to compare. */
  CG_GRAPH
}
