package jot.solve;

import jot.spi.Buffer;

/**
 * Sinkhorn's iteration on the potentials: never over- or underflows, one exp an entry and sweep, no
 * memory beyond the state.
 */
public final class LogDomain implements ForwardSolver {
  @Override
  public String name() {
    return "log";
  }

  @Override
  public void prepare(ForwardState state) {
    // the potentials are all there is
  }

  @Override
  public void block(ForwardState state, int sweeps, Buffer threshold) {
    for (int k = 0; k < sweeps; k++) {
      if (k == sweeps - 1) {
        state.forgetResidual(state.active()); // the columns that a block leaves are exact
      }
      state
          .session()
          .sweep(
              state.plan(),
              state.a(),
              state.b(),
              threshold,
              state.residualBuffer(),
              state.sweeps(),
              state.active());
    }
  }

  @Override
  public void finish(ForwardState state, Buffer mask) {
    // the potentials are the result
  }
}
