package jot;

import jot.solve.Outcome;

/** How a solve ended. The message says what happened and what to try. */
public enum Status {
  /** The marginal residual is at most the tolerance. */
  CONVERGED("converged: the marginal residual is at most the tolerance"),

  /** The sweeps allowed were not enough. */
  MAX_ITERATIONS(
      "not converged: the maximum number of iterations was reached before the tolerance;"
          + " raise maxIterations, the tolerance or epsilon"),

  /** Rounding keeps the residual above the tolerance. */
  PRECISION_LIMIT(
      "not converged to the tolerance: the residual is at the floor that rounding sets for this"
          + " cost and epsilon; the result is as good as it gets, raise the tolerance or epsilon"),

  /**
   * Costs of +∞ leave no plan: a row or column with mass has no finite cost, or rows have more mass
   * than all the columns can take that they have a finite cost to. The second is noticed once the
   * iteration makes no progress.
   */
  INFEASIBLE(
      "no plan exists: rows or columns have more mass than the partners can take that they have a"
          + " finite cost to; allow a pair, or change the weights");

  private final String message;

  Status(String message) {
    this.message = message;
  }

  /** What happened, and what to try. */
  public String message() {
    return message;
  }

  /** Whether this is {@link #CONVERGED}. */
  public boolean converged() {
    return this == CONVERGED;
  }

  static Status of(Outcome outcome) {
    return switch (outcome) {
      case CONVERGED -> CONVERGED;
      case PRECISION_LIMIT -> PRECISION_LIMIT;
      case INFEASIBLE -> INFEASIBLE;
      case MAX_ITERATIONS, RUNNING -> MAX_ITERATIONS;
    };
  }
}
