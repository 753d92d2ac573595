package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;

/**
 * A method on the semi-dual that needs its gradient alone: the row potentials are those that make
 * the rows exact, so nothing overflows from anywhere, and the column potentials g go where the
 * subclass says. One evaluation, one exp an entry, serves all problems that are active; each
 * decides from its own numbers. Memory O(m + n).
 *
 * <p>What a solve leaves is the best potentials that it saw by their residual, with exact rows.
 */
public abstract class SemidualSolver {
  /** Residual above which slow progress is the problem's and not rounding's. */
  private static final double STUCK_BELOW = 1e-6;

  /** Evaluations without progress after which rounding is taken to be in the way. */
  private static final int PATIENCE = 50;

  /** A residual this much smaller is progress, */
  private static final double SMALLER = 0.9;

  /** and so is a dual that rose by this much of itself: far above its rounding. */
  private static final double HIGHER = 1e-12;

  final ForwardState state;
  final Session session;

  /** b − Pᵀ1: the gradient of the dual, zero where there is no mass. */
  final Buffer gradient;

  /** Column sums of the plan. */
  final Buffer sums;

  /** 1. */
  final Buffer one;

  final BatchScalar value;
  final BatchScalar residual;
  final BatchScalar mask;
  final boolean[] active;
  private final Buffer bestF;
  private final Buffer bestG;
  private final BatchScalar bestMask;
  private final boolean[] better;
  private final double[] bestResidual;
  private final double[] lastResidual;
  private final double[] lastValue;
  private final int[] waiting;
  private final int[] passes;
  private int evaluations;

  SemidualSolver(ForwardState state, Arena arena) {
    this.state = state;
    session = state.session();
    sums = session.vector(session.columns());
    gradient = session.vector(session.columns());
    bestF = session.vector(session.rows());
    bestG = session.vector(session.columns());
    one = session.scalar();
    session.fill(one, 1, null);
    value = new BatchScalar(session, arena);
    residual = new BatchScalar(session, arena);
    mask = new BatchScalar(session, arena);
    bestMask = new BatchScalar(session, arena);
    int batch = session.batch();
    active = new boolean[batch];
    better = new boolean[batch];
    bestResidual = new double[batch];
    lastResidual = new double[batch];
    lastValue = new double[batch];
    waiting = new int[batch];
    passes = new int[batch];
  }

  /** Forgets what is known of the problems that are about to be solved. */
  abstract void begin();

  /** Issues what the host is to read of an evaluation beside value and residual. */
  void look() {
    // nothing more
  }

  /** Issues what leads from the evaluated points of the active problems to the next ones. */
  abstract void advance();

  /** Passes of exp over a problem's cost in the last solve. */
  public final int passes(int problem) {
    return passes[problem];
  }

  /** Residual of a problem, relative to its mass; NaN where its potentials are. */
  final double error(int problem) {
    boolean lost = Double.isNaN(value.get(problem)); // backends may skip entries that are NaN
    return lost ? Double.NaN : residual.get(problem) / state.mass(problem);
  }

  /**
   * Brings the chosen problems to the tolerance, or as near as rounding or {@code maxPasses} let
   * it, and leaves potentials whose rows are exact.
   */
  public final void solve(boolean[] chosen, double tolerance, int maxPasses, Progress progress) {
    for (int problem = 0; problem < chosen.length; problem++) {
      active[problem] = chosen[problem];
      bestResidual[problem] = Double.POSITIVE_INFINITY;
      lastResidual[problem] = Double.POSITIVE_INFINITY;
      lastValue[problem] = Double.NEGATIVE_INFINITY;
      waiting[problem] = 0;
      passes[problem] = 0;
    }
    evaluations = 0;
    begin();
    int running = count();
    while (running > 0 && evaluations < maxPasses) {
      evaluate();
      keepBest(tolerance);
      running = count();
      if (running > 0 && evaluations < maxPasses) {
        advance();
      }
      running = count();
      progress.polled(evaluations, worst(), running);
    }
    restoreBest(chosen);
  }

  /** The plan of a vector in g's place: {@link #sinkhornChange} writes there. */
  final MatrixSource.Gibbs inPlaceOfG(Buffer vector) {
    MatrixSource.Gibbs plan = state.plan();
    return new MatrixSource.Gibbs(
        plan.cost(), plan.rowAnchor(), plan.columnAnchor(), plan.epsilon(), plan.f(), vector);
  }

  /** g ← ε log(b/c): what a plain sweep adds at the evaluated point; 0 where there is no mass. */
  final void sinkhornChange(MatrixSource.Gibbs inPlaceOfG, Buffer on) {
    session.fill(inPlaceOfG.g(), 0, on);
    session.scaleColumns(inPlaceOfG, state.b(), sums, on);
  }

  private int count() {
    int running = 0;
    for (boolean on : active) {
      running += on ? 1 : 0;
    }
    return running;
  }

  private double worst() {
    double worst = 0;
    for (int problem = 0; problem < active.length; problem++) {
      worst = active[problem] ? Math.max(worst, error(problem)) : worst;
    }
    return worst;
  }

  /** One pass for all active problems: rows, column sums, gradient, dual value, residual. */
  private void evaluate() {
    mask.send(active);
    for (int problem = 0; problem < active.length; problem++) {
      passes[problem] += active[problem] ? 1 : 0;
    }
    Buffer on = mask.device();
    session.semidual(
        state.plan(), state.a(), state.b(), sums, value.device(), residual.device(), null, on);
    session.copy(state.b(), gradient, on);
    session.axpy(-1, one, one, sums, gradient, on);
    look();
    value.read();
    residual.read();
    session.poll();
    evaluations++;
  }

  private void keepBest(double tolerance) {
    for (int problem = 0; problem < active.length; problem++) {
      better[problem] = active[problem] && error(problem) < bestResidual[problem];
      if (better[problem]) {
        bestResidual[problem] = error(problem);
      }
      active[problem] &= !(error(problem) <= tolerance) && !stuck(problem);
    }
    if (bestMask.send(better)) {
      session.copy(state.plan().f(), bestF, bestMask.device());
      session.copy(state.plan().g(), bestG, bestMask.device());
      session.poll();
    }
  }

  /** Whether neither residual nor dual have come further for long, near what rounding allows. */
  private boolean stuck(int problem) {
    double dual = value.get(problem);
    if (bestResidual[problem] < SMALLER * lastResidual[problem]) {
      lastResidual[problem] = bestResidual[problem];
      waiting[problem] = 0;
    } else if (dual > lastValue[problem] + HIGHER * Math.abs(dual)) {
      waiting[problem] = 0;
    } else {
      waiting[problem]++;
    }
    if (waiting[problem] == 0) {
      lastValue[problem] = Math.max(dual, lastValue[problem]);
    }
    return waiting[problem] >= PATIENCE && bestResidual[problem] < STUCK_BELOW;
  }

  private void restoreBest(boolean[] chosen) {
    for (int problem = 0; problem < chosen.length; problem++) {
      better[problem] = chosen[problem] && passes[problem] > 0;
    }
    if (bestMask.send(better)) {
      session.copy(bestF, state.plan().f(), bestMask.device());
      session.copy(bestG, state.plan().g(), bestMask.device());
    }
    session.poll();
  }
}
