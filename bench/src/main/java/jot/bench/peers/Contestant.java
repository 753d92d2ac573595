package jot.bench.peers;

import java.lang.foreign.Arena;
import java.util.List;
import jot.tensor.Tensor;

/** A library that takes part: jot itself, or one that runs in a Python process. */
interface Contestant extends AutoCloseable {

  /** What people call it. */
  String name();

  /** Its version, and that of what it rests on. */
  String version();

  /** Takes the next problem; what was prepared for another is dropped. */
  void take(Problem problem) throws PeerException;

  /** Its ways to do the task of the problem; none where it cannot. */
  List<String> solvers() throws PeerException;

  /**
   * Makes a solver ready and warm.
   *
   * @param iterations how many to do, whatever the residual; 0 to stop at the task's tolerance
   */
  Prepared prepare(String solver, int iterations) throws PeerException;

  /** Ends it; never fails. */
  @Override
  void close();

  /** A solver that is ready and warm. */
  interface Prepared {

    /** Seconds that a run took, after warm-up. */
    double seconds();

    /** Iterations of the last run; −1 where they are not counted. */
    int iterations();

    /** Runs at least once and for about so long; seconds of each run. */
    double[] turn(double seconds) throws PeerException;

    /** The last plan, or for a backward pass ∂ℓ/∂C. */
    Tensor result(Arena arena) throws PeerException;
  }
}
