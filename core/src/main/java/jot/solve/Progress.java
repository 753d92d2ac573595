package jot.solve;

/** Told between blocks how far a solve has come. */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (sweeps, worstResidual, active) -> {};

  /**
   * Called on the solving thread.
   *
   * @param sweeps iterations issued so far
   * @param worstResidual the largest residual relative to its mass among the active problems
   * @param active problems that have not stopped
   */
  void polled(int sweeps, double worstResidual, int active);
}
