package jot.solve;

/** How a problem's iteration ended. */
public enum Outcome {
  /** Still iterating: never the end. */
  RUNNING,
  /** The residual is at most the tolerance. */
  CONVERGED,
  /** The sweeps allowed were not enough. */
  MAX_ITERATIONS,
  /** Rounding keeps the residual above the tolerance. */
  PRECISION_LIMIT,
  /** Costs of +∞ leave no plan. */
  INFEASIBLE
}
