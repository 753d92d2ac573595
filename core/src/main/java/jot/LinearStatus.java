package jot;

/**
 * How the linear solve of a backward pass ended. The message says what happened and what to try.
 */
public enum LinearStatus {
  /** No linear system had to be solved. */
  NONE("no linear system was needed"),

  /** The residual is at most the linear tolerance, or the solver is direct. */
  SOLVED("solved"),

  /**
   * The iterative solver stopped above its tolerance, or derivatives are beyond the range of
   * doubles: where terms overflow with either sign all derivatives of the problem are given as 0.
   */
  TOLERANCE_MISSED(
      "the linear solve stopped above its tolerance, or overflowed: gradients are less accurate"
          + " than asked for; use linearSolver(DENSE) or a larger epsilon"),

  /** The plan's graph fell apart by underflow: gradients are exact within each component. */
  DISCONNECTED(
      "the plan's support falls apart into components that exchange no mass: each was solved on its"
          + " own, and weight gradients are comparable within a component only; use a larger"
          + " epsilon");

  private final String message;

  LinearStatus(String message) {
    this.message = message;
  }

  /** What happened, and what to try. */
  public String message() {
    return message;
  }
}
