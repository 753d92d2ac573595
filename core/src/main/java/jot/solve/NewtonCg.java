package jot.solve;

import java.lang.foreign.Arena;
import jot.marginal.ConjugateGradient;
import jot.marginal.MarginalSystem;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Truncated Newton on the semi-dual with ε-scaling. Its Hessian is the backward pass's Laplacian
 * over ε, so the same {@link MarginalSystem} and conjugate gradients solve it. From a large ε down
 * by a factor of 4, each stage from the secant of the two before: Newton steps with Armijo's rule
 * on the dual, a Sinkhorn column update where one had to be shortened. Rows are softmaxes
 * throughout, so nothing overflows, and the dual only grows: globally convergent.
 *
 * <p>Each problem of a batch runs its own course; one evaluation serves all that are active.
 * Memory: one m×n array of F64 where the cost is stored, and O(n).
 */
public final class NewtonCg {
  /** First ε, as a fraction of the cost's range. */
  private static final double START = 0.25;

  /** ε falls by this factor from stage to stage. */
  private static final double FACTOR = 4;

  /** Residual relative to the mass that ends a stage before the last. */
  private static final double STAGE_TOLERANCE = 3e-2;

  /** Residual above which a stage begins with Sinkhorn's update: no place for a Newton step. */
  private static final double FAR = 0.2;

  /** Largest change of a potential in a step, in units of ε. */
  private static final double TRUST = 10;

  private static final double ARMIJO = 1e-4;
  private static final double BACKTRACK = 0.4;
  private static final int MAX_BACKTRACKS = 12;

  /** Accuracy of the linear solves: the residual's tenth, but no more digits than pay, */
  private static final double FORCING = 1e-3;

  /** and no fewer than make a direction. */
  private static final double LOOSEST = 0.1;

  /** Steps of a linear solve at most. */
  private static final int MAX_STEPS = 500;

  /** Residual above which slow progress is the problem's and not rounding's. */
  private static final double STUCK_BELOW = 1e-6;

  /** Looks at points without half the residual after which rounding is taken to be in the way. */
  private static final int PATIENCE = 8;

  /** The same far from the solution: after so many another method is to try. */
  private static final int LONG_PATIENCE = 40;

  /** Relative change of the dual that counts as its rounding. */
  private static final double ROUNDING = 1e-14;

  /** The same where the residual has halved: near the solution it is the better judge. */
  private static final double NEAR_ROUNDING = 1e-10;

  private enum Phase {
    /** Not this solver's, or at its end. */
    IDLE,
    /** At a point that is to be looked at. */
    POINT,
    /** At a trial of the line search. */
    TRIAL
  }

  /** What an evaluation leads to. */
  private enum Move {
    NONE,
    /** To the next ε. */
    STAGE,
    /** Sinkhorn's column update, from the sums at hand. */
    COLUMNS,
    /** A shorter step along the same direction. */
    BACK,
    /** A new Newton direction. */
    NEWTON
  }

  private final ForwardState state;
  private final Session session;
  private final @Nullable Buffer stored;
  private final MarginalSystem system;
  private final ConjugateGradient cg;
  private final EpsilonPath path;
  private final Buffer sums;
  private final BatchScalar value;
  private final BatchScalar residual;
  private final Buffer gradient;
  private final BatchScalar slope;
  private final BatchScalar size;
  private final Buffer mean;
  private final BatchScalar step;
  private final Buffer one;
  private final BatchScalar mask;
  private final BatchScalar epsilon;
  private final Phase[] phase;
  private final Move[] move;
  private final double[] length;
  private final double[] baseValue;
  private final double[] baseSlope;
  private final double[] baseResidual;
  private final double[] forcing;
  private final double[] bestResidual;
  private final int[] waiting;
  private final int[] backtracks;
  private final int[] passes;
  private final boolean[] gaveUp;
  private final boolean[] direct;
  private int evaluations;

  /** Allocates on the state's session; host mirrors in the arena. */
  public NewtonCg(ForwardState state, Arena arena) {
    this.state = state;
    session = state.session();
    int n = session.columns();
    stored = state.plan().cost() instanceof MatrixSource.Stored ? state.kernel(DType.F64) : null;
    MatrixSource plan = stored == null ? state.plan() : new MatrixSource.Stored(stored);
    system = new MarginalSystem(session, plan);
    cg =
        new ConjugateGradient(
            session, arena, MAX_STEPS, ConjugateGradient.Preconditioning.AUTO, false);
    path = new EpsilonPath(state, arena);
    sums = session.vector(n);
    gradient = session.vector(n);
    value = new BatchScalar(session, arena);
    residual = new BatchScalar(session, arena);
    slope = new BatchScalar(session, arena);
    size = new BatchScalar(session, arena);
    mean = session.scalar();
    step = new BatchScalar(session, arena);
    one = session.scalar();
    mask = new BatchScalar(session, arena);
    session.fill(one, 1, null);
    epsilon = new BatchScalar(session, arena);
    int batch = session.batch();
    phase = new Phase[batch];
    move = new Move[batch];
    length = new double[batch];
    baseValue = new double[batch];
    baseSlope = new double[batch];
    baseResidual = new double[batch];
    forcing = new double[batch];
    bestResidual = new double[batch];
    waiting = new int[batch];
    backtracks = new int[batch];
    passes = new int[batch];
    gaveUp = new boolean[batch];
    direct = new boolean[batch];
  }

  /** Whether the last solve stopped for want of progress. */
  public boolean gaveUp(int problem) {
    return gaveUp[problem];
  }

  /** Passes of exp over a problem's cost in the last solve. */
  public int passes(int problem) {
    return passes[problem];
  }

  /**
   * Brings the chosen problems to the tolerance, or as near as rounding or their budgets let it,
   * and leaves potentials whose rows are exact.
   *
   * @param budget passes at most, of each problem
   * @param warm of each problem, whether its potentials are near at the final ε already, so that no
   *     scaling is needed; where that comes to nothing it is done all the same
   */
  public void solve(
      boolean[] chosen, double tolerance, int[] budget, boolean[] warm, Progress progress) {
    evaluations = 0;
    begin(chosen, budget, warm);
    int active = count();
    while (active > 0) {
      evaluate();
      for (int problem = 0; problem < phase.length; problem++) {
        move[problem] = decide(problem, tolerance);
        if (passes[problem] >= budget[problem]) {
          phase[problem] = Phase.IDLE;
          move[problem] = Move.NONE;
        }
      }
      act();
      active = count();
      progress.polled(evaluations, worst(), active);
    }
    session.write(state.epsilonHost(), state.plan().epsilon());
    session.poll();
  }

  private void begin(boolean[] chosen, int[] budget, boolean[] warm) {
    for (int problem = 0; problem < chosen.length; problem++) {
      phase[problem] = chosen[problem] && budget[problem] > 0 ? Phase.POINT : Phase.IDLE;
      gaveUp[problem] = false;
      path.begin(problem);
      direct[problem] = !chosen[problem] || warm[problem];
      stage(problem, direct[problem] ? target(problem) : highest(problem));
      passes[problem] = 0;
    }
    sendEpsilon();
  }

  /** A stage begins at this ε. */
  private void stage(int problem, double next) {
    epsilon.set(problem, next);
    bestResidual[problem] = Double.POSITIVE_INFINITY;
    waiting[problem] = 0;
  }

  /** Where scaling begins. */
  private double highest(int problem) {
    return Math.max(target(problem), START * state.fact(problem, Session.Facts.RANGE));
  }

  private double target(int problem) {
    return state.epsilonHost().getFlat(problem);
  }

  private void sendEpsilon() {
    epsilon.send();
    session.copy(epsilon.device(), state.plan().epsilon(), null);
    session.poll();
  }

  private double epsilon(int problem) {
    return epsilon.get(problem);
  }

  private int count() {
    int active = 0;
    for (Phase one : phase) {
      active += one == Phase.IDLE ? 0 : 1;
    }
    return active;
  }

  private double worst() {
    double worst = 0;
    for (int problem = 0; problem < phase.length; problem++) {
      if (phase[problem] != Phase.IDLE) {
        worst = Math.max(worst, residual.get(problem) / state.mass(problem));
      }
    }
    return worst;
  }

  /** One pass for all active problems: plan, column sums, dual value, residual. */
  private void evaluate() {
    for (int problem = 0; problem < phase.length; problem++) {
      boolean active = phase[problem] != Phase.IDLE;
      mask.set(problem, active ? 1 : 0);
      passes[problem] += active ? 1 : 0;
    }
    mask.send();
    session.semidual(
        state.plan(),
        state.a(),
        state.b(),
        sums,
        value.device(),
        residual.device(),
        stored,
        mask.device());
    value.read();
    residual.read();
    session.poll();
    evaluations++;
  }

  /** What a problem does next, from its own numbers alone. */
  private Move decide(int problem, double tolerance) {
    if (phase[problem] == Phase.IDLE) {
      return Move.NONE;
    }
    double error = residual.get(problem) / state.mass(problem);
    boolean last = epsilon(problem) == target(problem);
    if (last && error <= tolerance) {
      phase[problem] = Phase.IDLE;
      return Move.NONE;
    }
    boolean tried = phase[problem] == Phase.TRIAL;
    if (tried && !acceptable(problem, error)) {
      return Move.BACK;
    }
    phase[problem] = Phase.POINT;
    if (!last && error <= STAGE_TOLERANCE) {
      double next = Math.max(target(problem), epsilon(problem) / FACTOR);
      path.next(problem, epsilon(problem), next);
      stage(problem, next);
      return Move.STAGE;
    }
    boolean first = bestResidual[problem] == Double.POSITIVE_INFINITY;
    if (first ? error > FAR : tried && length[problem] < 1) {
      bestResidual[problem] = Math.min(bestResidual[problem], error);
      return Move.COLUMNS;
    }
    if (error < 0.5 * bestResidual[problem]) {
      bestResidual[problem] = error;
      waiting[problem] = 0;
    } else if (++waiting[problem] >= patience(problem, last && error < STUCK_BELOW)) {
      if (direct[problem] && error >= STUCK_BELOW) {
        return descend(problem);
      }
      gaveUp[problem] = true;
      phase[problem] = Phase.IDLE;
      return Move.NONE;
    }
    return Move.NEWTON;
  }

  private int patience(int problem, boolean rounding) {
    return direct[problem] || rounding ? PATIENCE : LONG_PATIENCE;
  }

  /** A problem that was not as near as it was taken to be comes down from a large ε after all. */
  private Move descend(int problem) {
    direct[problem] = false;
    path.begin(problem);
    stage(problem, highest(problem));
    return Move.STAGE;
  }

  /** Armijo's rule, as far as the rounding of the dual lets it be seen. */
  private boolean acceptable(int problem, double error) {
    double size = Math.abs(baseValue[problem]);
    double dual = value.get(problem);
    double needed =
        baseValue[problem] + ARMIJO * length[problem] * baseSlope[problem] - ROUNDING * size;
    boolean halved =
        error < 0.5 * baseResidual[problem] && dual >= baseValue[problem] - NEAR_ROUNDING * size;
    return dual >= needed || halved || backtracks[problem] >= MAX_BACKTRACKS;
  }

  private boolean mask(Move wanted) {
    boolean any = false;
    for (int problem = 0; problem < move.length; problem++) {
      boolean on = move[problem] == wanted;
      mask.set(problem, on ? 1 : 0);
      any |= on;
    }
    if (any) {
      mask.send();
      session.poll();
    }
    return any;
  }

  private void act() {
    sendEpsilon();
    if (mask(Move.STAGE)) {
      path.follow(mask.device());
    }
    columns();
    if (mask(Move.BACK)) {
      for (int problem = 0; problem < move.length; problem++) {
        double shorter = BACKTRACK * length[problem];
        step.set(problem, (shorter - length[problem]) * epsilon(problem));
        if (move[problem] == Move.BACK) {
          length[problem] = shorter;
          backtracks[problem]++;
        }
      }
      advance();
    }
    if (mask(Move.NEWTON)) {
      newton();
    }
  }

  /** g ← g + step·direction for the problems of the mask. */
  private void advance() {
    step.send();
    session.axpy(1, step.device(), one, system.y(), state.plan().g(), mask.device());
    path.moved(step.device(), system.y(), mask.device());
    session.poll();
  }

  /** S y = b − Pᵀ1, a step of at most TRUST along it, and the line search begins. */
  private void newton() {
    system.adopt(state.a(), sums, mask.device());
    session.copy(state.b(), gradient, null);
    session.axpy(-1, one, one, sums, gradient, null);
    system.load(null, one, null, gradient);
    session.copy(mask.device(), size.device(), null);
    for (int problem = 0; problem < move.length; problem++) {
      double error = residual.get(problem) / state.mass(problem);
      forcing[problem] = Math.max(FORCING, Math.min(LOOSEST, LOOSEST * error));
    }
    cg.solve(system, size.device(), forcing);
    session.center(system.y(), state.b(), mean);
    session.dot(gradient, system.y(), slope.device(), mask.device());
    session.maxAbs(system.y(), size.device(), mask.device());
    slope.read();
    size.read();
    session.poll();
    for (int problem = 0; problem < move.length; problem++) {
      if (move[problem] != Move.NEWTON) {
        continue;
      }
      double rise = slope.get(problem);
      double longest = size.get(problem);
      if (rise > 0 && longest > 0 && longest < Double.POSITIVE_INFINITY) {
        length[problem] = Math.min(1, TRUST / longest);
        baseValue[problem] = value.get(problem);
        baseResidual[problem] = residual.get(problem) / state.mass(problem);
        baseSlope[problem] = epsilon(problem) * rise;
        backtracks[problem] = 0;
        step.set(problem, length[problem] * epsilon(problem));
        phase[problem] = Phase.TRIAL;
      } else {
        move[problem] = Move.COLUMNS; // no direction to trust: Sinkhorn's own step
      }
    }
    if (mask(Move.NEWTON)) {
      advance();
    }
    columns();
  }

  /** Sinkhorn's column update where it is due, once. */
  private void columns() {
    if (mask(Move.COLUMNS)) {
      session.scaleColumns(state.plan(), state.b(), sums, mask.device());
      path.updated(sums, mask.device());
      session.poll();
      for (int problem = 0; problem < move.length; problem++) {
        move[problem] = move[problem] == Move.COLUMNS ? Move.NONE : move[problem];
      }
    }
  }
}
