package jot.backward;

/** Which solver the marginal system gets. */
public enum LinearChoice {
  /** Dense where it is small; else CG, and dense for what CG did not bring to its tolerance. */
  AUTO,
  /** Accurate elimination. */
  DENSE,
  /** The vendor's Cholesky factor, and accurate elimination for what it is not good enough for. */
  CHOLESKY,
  /** Conjugate gradients. */
  CG,
  /** The same, preconditioned by the diagonal. */
  CG_DIAGONAL,
  /** The same, preconditioned by the graph. */
  CG_GRAPH
}
