package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Buffer;

/**
 * Sinkhorn's iteration with over-relaxation: every update goes ω times as far, see {@link
 * Relaxation}.
 */
public final class OverRelaxed implements ForwardSolver {
  private final Relaxation relaxation;

  /** Allocates on the state's session; host mirrors in the arena. */
  public OverRelaxed(ForwardState state, Arena arena) {
    relaxation = new Relaxation(state.session(), arena);
  }

  @Override
  public String name() {
    return "overrelaxed";
  }

  @Override
  public void prepare(ForwardState state) {
    relaxation.begin(state);
  }

  @Override
  public void block(ForwardState state, int sweeps, Buffer threshold) {
    relaxation.next(state, sweeps);
    for (int k = 0; k < sweeps; k++) {
      if (k == sweeps - 1) {
        state.forgetResidual(state.active()); // the columns that a block leaves are exact
      }
      state
          .session()
          .relaxedSweep(
              state.plan(),
              state.a(),
              state.b(),
              relaxation.omega(),
              relaxation.columnError(),
              threshold,
              state.residualBuffer(),
              state.sweeps(),
              state.active());
    }
  }

  /** Of the columns made exact, as {@link #finish} will leave them. */
  @Override
  public void measure(ForwardState state) {
    finish(state, state.active());
    state.session().fill(relaxation.columnError(), 0, state.active());
    ForwardSolver.super.measure(state);
  }

  /** The columns are exact again, as every solver leaves them. */
  @Override
  public void finish(ForwardState state, Buffer mask) {
    if (relaxation.isUsed()) {
      state
          .session()
          .columnUpdate(state.plan(), state.b(), relaxation.inexact(state.session(), mask));
    }
  }

  @Override
  public boolean finishChangesPlan() {
    return relaxation.isUsed();
  }

  @Override
  public double rate(int problem, double residual, double seen) {
    return relaxation.rate(problem, residual, seen);
  }
}
