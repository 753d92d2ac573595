package jot.solve;

import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.Session;
import org.jspecify.annotations.Nullable;

/**
 * Runs forward solvers to their end: issues blocks of sweeps, polls, and decides per problem from
 * its own numbers alone, so that a problem of a batch ends as it would alone.
 */
public final class Forward {
  /** Sweeps between polls. */
  private static final int BLOCK = 10;

  /** The same where sweeps that crawl are left to another solver. */
  private static final int TRIAL_BLOCK = 5;

  /** Polls without a tenth of progress after which a residual near its floor counts as stuck. */
  private static final int PATIENCE = 5;

  /** Ratio of residuals from sweep to sweep that stands for any that is nearer to 1. */
  private static final double SLOWEST = 0.99998;

  private static final boolean[] GROUPS = {false, true};

  /** ulps of the largest term of an exponent that the floor of the residual is made of. */
  private static final double FLOOR_ULPS = 8;

  private final ForwardState state;
  private final History history;
  private final LogDomain log = new LogDomain();
  private final Buffer group;
  private final double[] best;
  private final int[] waiting;
  private final int[] passes;
  private final double[] before;
  private final boolean[] slow;
  private final boolean[] mine;
  private final boolean[] unfinished;
  private final int[] budget;
  private final Infeasibility infeasibility;
  private double sweepsWorthwhile = Double.POSITIVE_INFINITY;
  private final boolean[] hasReserve;
  private final boolean[] part;
  private int reserved;
  private int issued;

  /** Prepares to solve on a state. */
  public Forward(ForwardState state, History history) {
    this.state = state;
    this.history = history;
    int batch = state.session().batch();
    best = new double[batch];
    waiting = new int[batch];
    passes = new int[batch];
    before = new double[batch];
    slow = new boolean[batch];
    mine = new boolean[batch];
    unfinished = new boolean[batch];
    budget = new int[batch];
    hasReserve = new boolean[batch];
    part = new boolean[batch];
    infeasibility = new Infeasibility(state);
    group = state.session().scalar();
  }

  /** Sends thresholds. */
  public void begin(Limits limits) {
    history.clear();
    Arrays.fill(passes, 0);
    Arrays.fill(slow, false);
    Arrays.fill(hasReserve, false);
    state.begin(limits.tolerance());
  }

  /**
   * Makes columns exact, which every solver starts from.
   *
   * @param left problems that {@link Scaling} will have, which makes those it takes itself; null
   *     where it will have none
   */
  public void makeColumnsExact(boolean @Nullable [] left) {
    for (int problem = 0; problem < mine.length; problem++) {
      mine[problem] = left == null || !left[problem] || state.outcome(problem) != Outcome.RUNNING;
    }
    if (Marks.any(mine)) {
      activate(mine);
      state.session().columnUpdate(state.plan(), state.b(), state.active());
    }
  }

  /** Sets so many iterations of these problems aside: a descent may have taken them. */
  public void reserve(boolean[] problems, int iterations) {
    System.arraycopy(problems, 0, hasReserve, 0, problems.length);
    reserved = iterations;
  }

  /**
   * Solves the problems that {@code chosen} marks and that have not ended. A solver that does not
   * work on the potentials themselves is followed by sweeps in the log domain, of which the first
   * measures the residual of the potentials that are returned.
   */
  public void solve(
      ForwardSolver solver, boolean[] chosen, Limits limits, double patience, Progress progress) {
    Arrays.fill(before, Double.POSITIVE_INFINITY);
    for (boolean reserve : GROUPS) {
      if (takePart(chosen, reserve)) {
        sweepsWorthwhile = patience;
        issued = reserve ? reserved : 0;
        sweeps(solver, limits, progress);
      }
    }
  }

  /** Of the chosen problems those that have, or have not, come down to their ε. */
  private boolean takePart(boolean[] chosen, boolean reserve) {
    take(chosen, mine);
    for (int problem = 0; problem < mine.length; problem++) {
      mine[problem] &= hasReserve[problem] == reserve;
      part[problem] = mine[problem];
      slow[problem] &= !mine[problem];
    }
    return Marks.any(mine);
  }

  private void sweeps(ForwardSolver solver, Limits limits, Progress progress) {
    Session session = state.session();
    activate(mine);
    session.copy(state.active(), group, null);
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    Arrays.fill(waiting, 0);
    solver.prepare(state);
    iterate(solver, limits, progress);
    solver.finish(state, group);
    if (!(solver instanceof LogDomain)) {
      reopen(part, solver.finishChangesPlan());
      sweepsWorthwhile = Double.POSITIVE_INFINITY;
      iterate(log, limits, progress);
    }
  }

  /**
   * Solves the problems that {@code chosen} marks and that have not ended by Newton's method;
   * sweeps in the log domain finish, of which the first measures the residual of what is returned.
   *
   * @param warm of each problem, whether its potentials are near at the final ε already
   */
  public void newton(
      NewtonCg newton, boolean[] chosen, boolean[] warm, Limits limits, Progress progress) {
    if (!take(chosen, unfinished)) {
      return;
    }
    for (int problem = 0; problem < budget.length; problem++) {
      slow[problem] &= !unfinished[problem];
      budget[problem] = limits.maxIterations() - state.iterations(problem);
    }
    newton.solve(unfinished, limits.tolerance(), budget, warm, progress);
    for (int problem = 0; problem < chosen.length; problem++) {
      passes[problem] += unfinished[problem] ? newton.passes(problem) : 0;
      mine[problem] = unfinished[problem] && newton.gaveUp(problem);
    }
    if (Marks.any(mine)) {
      activate(mine);
      state.session().columnUpdate(state.plan(), state.b(), state.active());
      infeasibility.look(mine);
      endInfeasible(mine);
      take(unfinished, unfinished);
    }
    finish(limits, progress);
  }

  /**
   * Solves the problems that {@code chosen} marks and that have not ended on the semi-dual; sweeps
   * in the log domain finish with what is left of the iterations allowed, and the first of them
   * measures the residual of what is returned.
   */
  public void solve(SemidualSolver solver, boolean[] chosen, Limits limits, Progress progress) {
    for (boolean reserve : GROUPS) {
      if (takePart(chosen, reserve)) {
        System.arraycopy(part, 0, unfinished, 0, part.length);
        int left = limits.maxIterations() - (reserve ? reserved : 0);
        solver.solve(unfinished, limits.tolerance(), left, progress);
        for (int problem = 0; problem < part.length; problem++) {
          passes[problem] += part[problem] ? solver.passes(problem) : 0;
        }
        finish(limits, progress);
      }
    }
  }

  /**
   * Sweeps in the log domain with what each problem has left of its iterations. The first measures
   * the residual of what is returned; one that has none left is measured without an update.
   */
  private void finish(Limits limits, Progress progress) {
    sweepsWorthwhile = Double.POSITIVE_INFINITY;
    activate(unfinished);
    state.session().columnUpdate(state.plan(), state.b(), state.active());
    for (int used = least(0); used < limits.maxIterations(); used = least(used)) {
      for (int problem = 0; problem < mine.length; problem++) {
        mine[problem] = unfinished[problem] && used(problem) == used;
        if (mine[problem]) {
          best[problem] = Double.POSITIVE_INFINITY;
          waiting[problem] = 0;
          unfinished[problem] = false;
        }
      }
      activate(mine);
      issued = used;
      iterate(log, limits, progress);
    }
    measureSpent();
  }

  private int used(int problem) {
    return passes[problem] + state.iterations(problem);
  }

  /** The fewest passes, at least so many, that an unfinished problem has used; huge if none is. */
  private int least(int atLeast) {
    int least = Integer.MAX_VALUE;
    for (int problem = 0; problem < unfinished.length; problem++) {
      if (unfinished[problem] && used(problem) >= atLeast) {
        least = Math.min(least, used(problem));
      }
    }
    return least;
  }

  /** The residual of the problems that ran out of passes, without another update. */
  private void measureSpent() {
    if (Marks.any(unfinished)) {
      System.arraycopy(unfinished, 0, mine, 0, mine.length);
      activate(mine);
      measure(log);
    }
  }

  /**
   * Ends as infeasible the marked problems whose costs of +∞ provably leave no plan with a residual
   * of the tolerance.
   */
  private void endInfeasible(boolean[] marked) {
    for (int problem = 0; problem < marked.length; problem++) {
      if (marked[problem] && infeasibility.proven(problem)) {
        state.end(problem, Outcome.INFEASIBLE);
        marked[problem] = false;
      }
    }
  }

  /** Looks for a proof of infeasibility where sweeps crawl, before a better solver takes over. */
  public void explainCrawling() {
    for (int problem = 0; problem < mine.length; problem++) {
      mine[problem] = state.outcome(problem) == Outcome.RUNNING && slow[problem];
    }
    explain();
  }

  /** Looks for a proof of infeasibility where the tolerance was not reached. */
  public void explainFailures() {
    for (int problem = 0; problem < mine.length; problem++) {
      Outcome outcome = state.outcome(problem);
      mine[problem] = outcome == Outcome.MAX_ITERATIONS || outcome == Outcome.PRECISION_LIMIT;
    }
    explain();
  }

  private void explain() {
    if (Marks.any(mine)) {
      for (int problem = 0; problem < mine.length; problem++) {
        part[problem] = mine[problem] && passes[problem] > 0; // passes that are no sweeps
      }
      infeasibility.look(part);
      endInfeasible(mine);
    }
  }

  /** Marks the chosen problems that have not ended; says whether there are any. */
  private boolean take(boolean[] chosen, boolean[] marks) {
    for (int problem = 0; problem < chosen.length; problem++) {
      marks[problem] = chosen[problem] && state.outcome(problem) == Outcome.RUNNING;
    }
    return Marks.any(marks);
  }

  private void activate(boolean[] marks) {
    for (int problem = 0; problem < marks.length; problem++) {
      state.setActive(problem, marks[problem]);
    }
    state.sendActive();
  }

  /** Whether the last {@link #solve} left a problem to a better solver. */
  public boolean isSlow(int problem) {
    return slow[problem];
  }

  /** Passes over the cost that a problem took beside its sweeps. */
  public int passes(int problem) {
    return passes[problem];
  }

  /**
   * Problems that a solver brought to its end are looked at once more, in the log domain.
   *
   * @param atFloor also those that rounding stopped
   */
  private void reopen(boolean[] chosen, boolean atFloor) {
    for (int problem = 0; problem < chosen.length; problem++) {
      Outcome outcome = state.outcome(problem);
      boolean ended =
          outcome == Outcome.CONVERGED || (atFloor && outcome == Outcome.PRECISION_LIMIT);
      mine[problem] = chosen[problem] && ended;
      if (mine[problem]) {
        state.end(problem, Outcome.RUNNING);
        best[problem] = Double.POSITIVE_INFINITY;
        waiting[problem] = 0;
      }
    }
    activate(mine);
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
      log.measure(state);
      state.pollScalars();
    }
  }

  private void iterate(ForwardSolver solver, Limits limits, Progress progress) {
    int active = 1;
    while (active > 0 && issued < limits.maxIterations()) {
      int sweeps = Math.min(block(), limits.maxIterations() - issued);
      solver.block(state, sweeps, state.threshold());
      issued += sweeps;
      active = poll(solver, progress);
    }
    if (active > 0) {
      measure(solver);
    }
  }

  /** Sweeps between polls: fewer where a better solver may take over. */
  private int block() {
    return sweepsWorthwhile == Double.POSITIVE_INFINITY ? BLOCK : TRIAL_BLOCK;
  }

  /** The last update is not measured yet: its residual is, without another update. */
  private void measure(ForwardSolver solver) {
    solver.measure(state);
    history.add(issued);
    state.pollScalars();
    for (int problem = 0; problem < state.session().batch(); problem++) {
      if (mine[problem] && state.outcome(problem) == Outcome.RUNNING) {
        boolean converged = state.residual(problem) <= state.tolerated(problem);
        state.end(problem, converged ? Outcome.CONVERGED : Outcome.MAX_ITERATIONS);
        history.set(problem, state.residual(problem) / state.mass(problem));
      }
    }
  }

  /** Waits for the block; returns how many problems go on. */
  private int poll(ForwardSolver solver, Progress progress) {
    state.pollScalars();
    history.add(issued);
    int active = 0;
    boolean stopped = false;
    double worst = 0;
    for (int problem = 0; problem < state.session().batch(); problem++) {
      if (!mine[problem] || state.outcome(problem) != Outcome.RUNNING) {
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
      } else if (crawls(solver, problem, residual)) {
        slow[problem] = true;
        mine[problem] = false;
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

  /** Whether the sweeps still to come, at the rate of the last block, are more than worthwhile. */
  private boolean crawls(ForwardSolver solver, int problem, double residual) {
    double earlier = before[problem];
    before[problem] = residual;
    if (sweepsWorthwhile == Double.POSITIVE_INFINITY || earlier == Double.POSITIVE_INFINITY) {
      return false;
    }
    double rate = solver.rate(problem, residual, Math.pow(residual / earlier, 1.0 / block()));
    double goal = state.tolerated(problem) / residual;
    return rate > 0 && Math.log(goal) / Math.log(Math.min(rate, SLOWEST)) > sweepsWorthwhile;
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
        state.fact(problem, Session.Facts.MAX_ANCHORED_COST)
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
