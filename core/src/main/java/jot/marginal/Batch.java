package jot.marginal;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.Tensor;

/**
 * A batch of problems on a backend, as much of it as derivatives need.
 *
 * @param session the queue
 * @param logPlan the plan of the current potentials, in logarithms
 * @param a row weights
 * @param b column weights
 * @param aHost host copy of a
 * @param bHost host copy of b
 * @param epsilonHost host copy of ε
 */
public record Batch(
    Session session,
    MatrixSource.LogPlan logPlan,
    Buffer a,
    Buffer b,
    Tensor aHost,
    Tensor bHost,
    Tensor epsilonHost) {
  /** The plan of the current potentials. */
  public MatrixSource.Gibbs plan() {
    return logPlan.plan();
  }
}
