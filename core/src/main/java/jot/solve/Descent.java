package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Session;

/**
 * ε-scaling for whatever sweeps afterwards: stages of sweeps in the log domain at ever smaller ε,
 * each to a rough residual, from the potentials of the one before. Every problem descends by
 * itself.
 */
public final class Descent {
  /** Sweeps between polls. */
  private static final int BLOCK = 5;

  /** Residual relative to the mass that ends a stage. */
  private static final double STAGE_TOLERANCE = 0.05;

  /** Sweeps of a stage at most: the next ε moves the potentials more. */
  private static final int STAGE_SWEEPS = 40;

  /** Adaptive: a stage of so few sweeps was too cautious a step, one of all its sweeps too bold. */
  private static final int SHORT = 5;

  private static final double CHANGE = 1.6;
  private static final double LARGEST = 20;
  private static final double SMALLEST = 2;

  private final ForwardState state;
  private final BatchScalar epsilon;
  private final BatchScalar threshold;
  private final double[] factor;
  private final int[] began;
  private final boolean[] descending;
  private final boolean[] lowered;
  private final BatchScalar loweredMask;

  /** Allocates scalars on the state's session; host mirrors in the arena. */
  public Descent(ForwardState state, Arena arena) {
    this.state = state;
    Session session = state.session();
    epsilon = new BatchScalar(session, arena);
    threshold = new BatchScalar(session, arena);
    loweredMask = new BatchScalar(session, arena);
    factor = new double[session.batch()];
    began = new int[session.batch()];
    descending = new boolean[session.batch()];
    lowered = new boolean[session.batch()];
  }

  /**
   * Brings the potentials of the problems that have not ended to their ε, columns exact.
   *
   * @param start first ε as a fraction of the range
   * @param down factor from stage to stage
   * @param adaptive whether the factor follows the lengths of the stages
   * @param sweeps sweeps at most
   * @param took set for the problems that took part
   */
  public void run(double start, double down, boolean adaptive, int sweeps, boolean[] took) {
    begin(start, down, took);
    if (!Marks.any(took)) {
      return;
    }
    int issued = 0;
    while (Marks.any(descending) && issued < sweeps) {
      lower();
      int block = Math.min(BLOCK, sweeps - issued);
      sweep(block);
      issued += block;
      for (int problem = 0; problem < descending.length; problem++) {
        if (descending[problem]) {
          next(problem, adaptive);
        }
      }
    }
    for (int problem = 0; problem < took.length; problem++) {
      lowered[problem] = took[problem];
      epsilon.set(problem, state.epsilonHost().getFlat(problem));
    }
    lower();
  }

  private void begin(double start, double down, boolean[] took) {
    for (int problem = 0; problem < took.length; problem++) {
      double target = state.epsilonHost().getFlat(problem);
      double range = state.fact(problem, Session.Facts.RANGE);
      double first = start * range;
      took[problem] = state.outcome(problem) == Outcome.RUNNING && first > target;
      descending[problem] = took[problem];
      lowered[problem] = took[problem];
      epsilon.set(problem, took[problem] ? first : target);
      threshold.set(problem, STAGE_TOLERANCE * state.mass(problem));
      factor[problem] = down;
      began[problem] = 0;
    }
    threshold.send();
  }

  /** Sends every ε; the columns of the problems that got a new one are made exact again. */
  private void lower() {
    Session session = state.session();
    epsilon.send();
    session.copy(epsilon.device(), state.plan().epsilon(), null);
    if (loweredMask.send(lowered)) {
      session.columnUpdate(state.plan(), state.b(), loweredMask.device());
    }
    session.poll();
  }

  private void sweep(int count) {
    for (int problem = 0; problem < descending.length; problem++) {
      state.setActive(problem, descending[problem]);
    }
    state.sendActive();
    for (int k = 0; k < count; k++) {
      state
          .session()
          .sweep(
              state.plan(),
              state.a(),
              state.b(),
              threshold.device(),
              state.residualBuffer(),
              state.sweeps(),
              state.active());
    }
    state.pollScalars();
  }

  /** Whether and how a problem goes on, from its own numbers alone. */
  private void next(int problem, boolean adaptive) {
    int took = state.iterations(problem) - began[problem];
    boolean done = !state.isActive(problem) || took >= STAGE_SWEEPS;
    lowered[problem] = done;
    if (!done) {
      return;
    }
    if (adaptive && took <= SHORT) {
      factor[problem] = Math.min(LARGEST, CHANGE * factor[problem]);
    } else if (adaptive && took >= STAGE_SWEEPS) {
      factor[problem] = Math.max(SMALLEST, factor[problem] / CHANGE);
    }
    double target = state.epsilonHost().getFlat(problem);
    double lower = epsilon.get(problem) / factor[problem];
    began[problem] = state.iterations(problem);
    descending[problem] = lower > target;
    epsilon.set(problem, Math.max(lower, target));
  }
}
