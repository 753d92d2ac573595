package jot;

/** Told between blocks of sweeps how far a solve has come; called on the solving thread. */
@FunctionalInterface
public interface ProgressListener {
  /**
   * A block has ended.
   *
   * @param sweeps iterations issued so far
   * @param worstResidual largest residual relative to its mass among the problems that go on, 0
   *     when all have stopped
   * @param active problems of the batch that go on
   */
  void progress(int sweeps, double worstResidual, int active);
}
