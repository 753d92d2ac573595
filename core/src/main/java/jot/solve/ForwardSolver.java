package jot.solve;

import jot.spi.Buffer;

/**
 * An iteration on the potentials of the active problems. It holds nothing of a solve but work
 * memory; {@link Forward} says when to stop.
 */
public interface ForwardSolver {
  /** The name that reports and options use. */
  String name();

  /** Issues what must be there before the first block; the potentials' columns are exact. */
  void prepare(ForwardState state);

  /** Issues this many iterations; a problem stops when its residual is at most the threshold. */
  void block(ForwardState state, int sweeps, Buffer threshold);

  /** Issues that the residual of what {@link #finish} will leave is measured, without an update. */
  default void measure(ForwardState state) {
    block(state, 1, state.infinite());
  }

  /** Issues what brings the result into the potentials of the problems that {@code mask} names. */
  void finish(ForwardState state, Buffer mask);

  /** Whether {@link #finish} changes the plan, so that its residual must be measured again. */
  default boolean finishChangesPlan() {
    return false;
  }

  /**
   * The ratio of the residual from sweep to sweep that is to be expected; 0 where nothing is known.
   *
   * @param residual at the end of the last block
   * @param seen its ratio in that block
   */
  default double rate(int problem, double residual, double seen) {
    return seen;
  }
}
