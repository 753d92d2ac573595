package jot.solve;

import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.Session;

/**
 * Runs forward solvers to their end: issues blocks of sweeps, polls, and decides per problem from
 * its own numbers alone, so that a problem of a batch ends as it would alone.
 */
public final class Forward {
  /** Sweeps between polls. */
  private static final int BLOCK = 10;

  /** Polls without a tenth of progress after which a residual near its floor counts as stuck. */
  private static final int PATIENCE = 5;

  /** ulps of the largest term of an exponent that the floor of the residual is made of. */
  private static final double FLOOR_ULPS = 8;

  private final ForwardState state;
  private final History history;
  private final LogDomain log = new LogDomain();
  private final Buffer group;
  private final double[] best;
  private final int[] waiting;
  private int issued;

  /** Prepares to solve on a state. */
  public Forward(ForwardState state, History history) {
    this.state = state;
    this.history = history;
    int batch = state.session().batch();
    best = new double[batch];
    waiting = new int[batch];
    group = state.session().scalar();
  }

  /**
   * Sends thresholds and makes the columns of all problems exact: what every solver starts from.
   */
  public void begin(Limits limits) {
    history.clear();
    state.begin(limits.tolerance());
    state.session().columnUpdate(state.plan(), state.b(), null);
  }

  /**
   * Solves the problems that {@code chosen} marks and that have not ended. A solver that does not
   * work on the potentials themselves is followed by sweeps in the log domain, of which the first
   * measures the residual of the potentials that are returned.
   */
  public void solve(ForwardSolver solver, boolean[] chosen, Limits limits, Progress progress) {
    int batch = state.session().batch();
    boolean any = false;
    for (int problem = 0; problem < batch; problem++) {
      boolean on = chosen[problem] && state.outcome(problem) == Outcome.RUNNING;
      state.setActive(problem, on);
      any |= on;
    }
    if (!any) {
      return;
    }
    Session session = state.session();
    state.sendActive();
    session.copy(state.active(), group, null);
    issued = 0;
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    Arrays.fill(waiting, 0);
    solver.prepare(state);
    iterate(solver, limits, progress);
    solver.finish(state, group);
    if (!(solver instanceof LogDomain)) {
      reopen(chosen);
      iterate(log, limits, progress);
    }
  }

  /** Problems that a solver brought to its end are looked at once more, in the log domain. */
  private void reopen(boolean[] chosen) {
    for (int problem = 0; problem < chosen.length; problem++) {
      boolean again = chosen[problem] && state.outcome(problem) == Outcome.CONVERGED;
      state.setActive(problem, again);
      if (again) {
        state.end(problem, Outcome.RUNNING);
        best[problem] = Double.POSITIVE_INFINITY;
        waiting[problem] = 0;
      }
    }
    state.sendActive();
  }

  /** Measures problems that ended before any sweep, without an update. */
  public void measureEnded() {
    boolean any = false;
    for (int problem = 0; problem < state.session().batch(); problem++) {
      boolean infeasible = state.outcome(problem) == Outcome.INFEASIBLE;
      state.setActive(problem, infeasible);
      any |= infeasible;
    }
    if (any) {
      state.sendActive();
      log.block(state, 1, state.infinite());
      state.pollScalars();
    }
  }

  private void iterate(ForwardSolver solver, Limits limits, Progress progress) {
    int active = 1;
    while (active > 0 && issued < limits.maxIterations()) {
      int sweeps = Math.min(BLOCK, limits.maxIterations() - issued);
      solver.block(state, sweeps, state.threshold());
      issued += sweeps;
      active = poll(progress);
    }
    if (active > 0) {
      measure(solver);
    }
  }

  /** The last update is not measured yet: its residual is, without another update. */
  private void measure(ForwardSolver solver) {
    solver.block(state, 1, state.infinite());
    history.add(issued);
    state.pollScalars();
    for (int problem = 0; problem < state.session().batch(); problem++) {
      if (state.outcome(problem) == Outcome.RUNNING) {
        boolean converged = state.residual(problem) <= state.tolerated(problem);
        state.end(problem, converged ? Outcome.CONVERGED : Outcome.MAX_ITERATIONS);
        history.set(problem, state.residual(problem) / state.mass(problem));
      }
    }
  }

  /** Waits for the block; returns how many problems go on. */
  private int poll(Progress progress) {
    state.pollScalars();
    history.add(issued);
    int active = 0;
    boolean stopped = false;
    double worst = 0;
    for (int problem = 0; problem < state.session().batch(); problem++) {
      if (state.outcome(problem) != Outcome.RUNNING) {
        continue;
      }
      double residual = state.residual(problem);
      history.set(problem, residual / state.mass(problem));
      if (!state.isActive(problem)) {
        state.end(problem, Outcome.CONVERGED);
      } else if (stuck(problem, residual)) {
        state.end(problem, Outcome.PRECISION_LIMIT);
        state.setActive(problem, false);
        stopped = true;
      } else {
        active++;
        worst = Math.max(worst, residual / state.mass(problem));
      }
    }
    if (stopped) {
      state.sendActive();
    }
    progress.polled(issued, worst, active);
    return active;
  }

  /** Whether rounding is what keeps the residual up: no progress for some time, near the floor. */
  private boolean stuck(int problem, double residual) {
    if (residual < 0.9 * best[problem]) {
      best[problem] = residual;
      waiting[problem] = 0;
      return false;
    }
    waiting[problem]++;
    return waiting[problem] >= PATIENCE && residual <= floor(problem) * state.mass(problem);
  }

  /** 8 ulps of the exponents' largest term: what the residual cannot be trusted below (MATH 4). */
  private double floor(int problem) {
    Session session = state.session();
    session.read(state.plan().f(), state.fHost());
    session.read(state.plan().g(), state.gHost());
    session.poll();
    double size =
        state
                .factsHost()
                .getFlat((long) problem * Session.Facts.COUNT + Session.Facts.MAX_ANCHORED_COST)
            + largest(state.fHost(), problem, session.rows())
            + largest(state.gHost(), problem, session.columns());
    double epsilon = state.epsilonHost().getFlat(problem);
    return FLOOR_ULPS * 0x1p-53 * Math.max(1, size / epsilon);
  }

  private static double largest(jot.tensor.Tensor potentials, int problem, int length) {
    double largest = 0;
    for (int k = 0; k < length; k++) {
      double size = Math.abs(potentials.getFlat((long) problem * length + k));
      if (size < Double.POSITIVE_INFINITY) {
        largest = Math.max(largest, size);
      }
    }
    return largest;
  }
}
