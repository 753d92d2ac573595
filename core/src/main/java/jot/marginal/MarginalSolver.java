package jot.marginal;

import jot.spi.Buffer;

/** Solves S y = rhs of a {@link MarginalSystem} for the problems of a mask. */
public interface MarginalSolver {
  /** The name that reports and options use. */
  String name();

  /**
   * Sets {@link MarginalSystem#y} where {@code active} is not 0, and polls. What it leaves in
   * {@code active} is of no meaning.
   *
   * @param tolerance relative residual that an iterative solver is to reach
   */
  void solve(MarginalSystem system, Buffer active, double tolerance);

  /** Relative residual of the last solve of a problem, in the norm of the solver. */
  double residual(int problem);

  /** Steps of the last solve of a problem, 0 for a direct solver. */
  int steps(int problem);

  /** Connected components seen in the plan's graph, 1 where the solver does not look. */
  int components(int problem);
}
