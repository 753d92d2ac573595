package jot;

import java.lang.foreign.Arena;
import jot.solve.Anderson;
import jot.solve.Forward;
import jot.solve.ForwardState;
import jot.solve.Lbfgs;
import jot.solve.Limits;
import jot.solve.OverRelaxed;
import jot.solve.Progress;
import jot.solve.SemidualSolver;
import org.jspecify.annotations.Nullable;

/**
 * The solvers that hasten plain sweeps, run where they are asked for: made when first needed, on
 * the engine's memory.
 */
final class Accelerated {
  private final Solver solver;
  private final ForwardState state;
  private final Arena arena;
  private final boolean[] every;
  private @Nullable OverRelaxed overRelaxed;
  private @Nullable SemidualSolver semidual;

  Accelerated(Solver solver, ForwardState state, Arena arena) {
    this.solver = solver;
    this.state = state;
    this.arena = arena;
    every = new boolean[state.session().batch()];
    java.util.Arrays.fill(every, true);
  }

  /** Whether the solver that was asked for is one of these. */
  boolean isAskedFor() {
    return switch (solver) {
      case OVERRELAXED, ANDERSON, LBFGS -> true;
      case AUTO, LOG, SCALING, NEWTON -> false;
    };
  }

  /** The name for reports. */
  String name() {
    return solver.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Solves every problem that has not ended. */
  void solve(Forward forward, Limits limits, Progress progress) {
    if (solver == Solver.OVERRELAXED) {
      forward.solve(overRelaxed(), every, limits, Double.POSITIVE_INFINITY, progress);
    } else {
      forward.solve(semidual(), every, limits, progress);
    }
  }

  /** Over-relaxed sweeps in the log domain; those of AUTO too. */
  OverRelaxed overRelaxed() {
    if (overRelaxed == null) {
      overRelaxed = new OverRelaxed(state, arena);
    }
    return overRelaxed;
  }

  private SemidualSolver semidual() {
    if (semidual == null) {
      semidual = solver == Solver.LBFGS ? new Lbfgs(state, arena) : new Anderson(state, arena);
    }
    return semidual;
  }
}
