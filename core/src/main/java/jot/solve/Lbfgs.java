package jot.solve;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.MatrixSource;

/**
 * Limited-memory BFGS on the semi-dual, the forward pass of Qiu, Yin, Wang, "Efficient, Stable, and
 * Analytic Differentiation of the Sinkhorn Loss": the dual as a function of the column potentials g
 * alone, its gradient b − Pᵀ1. The two-loop recursion of J. Nocedal, "Updating quasi-Newton
 * matrices with limited storage", 1980, begins from γ diag(1/b), γ = sᵀy/(yᵀ diag(1/b) y): the
 * shape of Sinkhorn's step, which takes weights of different sizes out of the problem. Its scalars
 * stay on the backend. The first step is Sinkhorn's own. Starting from a larger ε did not save
 * passes at any ε that was tried, so it starts where it is put.
 *
 * <p>A step ends where the strong Wolfe conditions hold, each problem's by itself. The dual is
 * concave, so its slope along a line only falls and brackets the step. Where the dual's change is
 * lost in its rounding the slope alone decides: the approximate conditions of W. Hager, H. Zhang,
 * "A new conjugate gradient method with guaranteed descent and an efficient line search", 2005.
 */
public final class Lbfgs extends SemidualSolver {
  /** Pairs remembered when nothing else is said. */
  public static final int MEMORY = 10;

  /** Share of the first slope that a step must gain. */
  private static final double ARMIJO = 1e-4;

  /** Share of the first slope that may be left at a step's end. */
  private static final double CURVATURE = 0.9;

  /** Relative change of the dual that counts as its rounding. */
  private static final double ROUNDING = 1e-14;

  /** Largest change of a potential in the first trial of a step, in units of ε. */
  private static final double TRUST = 20;

  /** Growth of a step that is still too short. */
  private static final double LONGER = 4;

  /** A trial keeps this share of a bracket's width from its ends. */
  private static final double MARGIN = 0.1;

  /** Trials of a line search at most. */
  private static final int MAX_TRIALS = 20;

  private final Pairs pairs;
  private final Buffer[] shares;
  private final Buffer direction;
  private final Buffer oldGradient;
  private final Buffer inverse;
  private final Buffer scaled;
  private final Buffer scale;
  private final Buffer scaleDivisor;
  private final Buffer scalar;
  private final MatrixSource.Gibbs towards;
  private final BatchScalar slope;
  private final BatchScalar size;
  private final BatchScalar step;
  private final BatchScalar taken;
  private final BatchScalar accepted;
  private final BatchScalar kept;
  private final BatchScalar forgetful;
  private final BatchScalar moving;
  private final boolean[] accepts;
  private final boolean[] keeps;
  private final boolean[] forgets;
  private final boolean[] moves;
  private final Bracket[] searches;

  /** One problem's line search: lengths in units of its direction. */
  private static final class Bracket {
    boolean running;
    double length;
    double lower;
    double lowerSlope;
    double upper;
    double upperSlope;
    double value;
    double slope;
    int trials;
  }

  /** With {@link #MEMORY} pairs. */
  public Lbfgs(ForwardState state, Arena arena) {
    this(state, arena, MEMORY);
  }

  /**
   * Allocates on the state's session; host mirrors in the arena.
   *
   * @param memory pairs remembered, at least 1
   */
  public Lbfgs(ForwardState state, Arena arena, int memory) {
    super(state, arena);
    int n = session.columns();
    pairs = new Pairs(session, memory);
    shares = new Buffer[memory];
    for (int k = 0; k < memory; k++) {
      shares[k] = session.scalar();
    }
    direction = session.vector(n);
    oldGradient = session.vector(n);
    inverse = session.vector(n);
    scaled = session.vector(n);
    scale = session.scalar();
    scaleDivisor = session.scalar();
    scalar = session.scalar();
    towards = inPlaceOfG(direction);
    slope = new BatchScalar(session, arena);
    size = new BatchScalar(session, arena);
    step = new BatchScalar(session, arena);
    taken = new BatchScalar(session, arena);
    accepted = new BatchScalar(session, arena);
    kept = new BatchScalar(session, arena);
    forgetful = new BatchScalar(session, arena);
    moving = new BatchScalar(session, arena);
    int batch = session.batch();
    accepts = new boolean[batch];
    keeps = new boolean[batch];
    forgets = new boolean[batch];
    moves = new boolean[batch];
    searches = new Bracket[batch];
    Arrays.setAll(searches, problem -> new Bracket());
  }

  @Override
  void begin() {
    session.reciprocal(state.b(), inverse, null);
    for (int problem = 0; problem < active.length; problem++) {
      searches[problem].running = false;
      forgets[problem] = active[problem];
    }
  }

  @Override
  void look() {
    session.dot(gradient, direction, slope.device(), mask.device());
    slope.read();
  }

  @Override
  void advance() {
    for (int problem = 0; problem < active.length; problem++) {
      accepts[problem] = false;
      keeps[problem] = false;
      step.set(problem, 0);
      if (active[problem]) {
        decide(problem);
      }
    }
    if (accepted.send(accepts)) {
      remember();
      direct();
      session.poll();
      for (int problem = 0; problem < active.length; problem++) {
        if (accepts[problem]) {
          search(problem);
        }
      }
    }
    for (int problem = 0; problem < active.length; problem++) {
      moves[problem] = step.get(problem) != 0;
    }
    if (moving.send(moves)) {
      step.send();
      session.axpy(1, step.device(), one, direction, state.plan().g(), moving.device());
      session.poll();
    }
  }

  /** Whether the trial ends its line search, and if not, where the next is. */
  private void decide(int problem) {
    Bracket search = searches[problem];
    if (!search.running) {
      accepts[problem] = true;
      return;
    }
    double rise = slope.get(problem);
    double gained = value.get(problem) - search.value;
    boolean enough =
        gained >= ARMIJO * search.length * search.slope
            || (gained >= -ROUNDING * Math.abs(search.value)
                && rise >= (2 * ARMIJO - 1) * search.slope);
    if (enough && Math.abs(rise) <= CURVATURE * search.slope) {
      accepts[problem] = true;
      keeps[problem] = true;
    } else if (++search.trials >= MAX_TRIALS) {
      accepts[problem] = true;
      forgets[problem] = true;
    } else {
      double last = search.length;
      next(search, rise, enough && rise > 0);
      step.set(problem, search.length - last);
    }
  }

  /** The next trial: by the secant of the slopes within the bracket, else by growth. */
  private static void next(Bracket search, double rise, boolean tooShort) {
    if (tooShort) {
      search.lower = search.length;
      search.lowerSlope = rise;
    } else {
      search.upper = search.length;
      search.upperSlope = rise;
    }
    if (search.upper == Double.POSITIVE_INFINITY) {
      search.length = LONGER * search.lower;
      return;
    }
    double width = search.upper - search.lower;
    double share =
        search.upperSlope < 0
            ? search.lowerSlope / (search.lowerSlope - search.upperSlope)
            : 0.5; // no slope to go by
    search.length = search.lower + width * Math.clamp(share, MARGIN, 1 - MARGIN);
  }

  /** Pairs of the steps that ended: s = length·direction, y = the gradient's fall. */
  private void remember() {
    if (kept.send(keeps)) {
      Buffer keep = kept.device();
      for (int problem = 0; problem < keeps.length; problem++) {
        taken.set(problem, searches[problem].length);
      }
      taken.send();
      pairs.push(keep, Arrays.equals(keeps, active));
      session.fill(pairs.step(0), 0, keep);
      session.axpy(1, taken.device(), one, direction, pairs.step(0), keep);
      session.copy(oldGradient, pairs.change(0), keep);
      session.axpy(-1, one, one, gradient, pairs.change(0), keep);
      session.dot(pairs.step(0), pairs.change(0), pairs.product(0), keep);
      session.multiply(pairs.change(0), inverse, scaled, keep);
      session.copy(pairs.product(0), scale, keep);
      session.dot(scaled, pairs.change(0), scaleDivisor, keep);
    }
    session.copy(gradient, oldGradient, accepted.device());
  }

  /** A new direction: by the two loops, or Sinkhorn's where there are no pairs. */
  private void direct() {
    Buffer on = accepted.device();
    session.copy(gradient, direction, on);
    for (int k = 0; k < pairs.memory(); k++) {
      session.dot(pairs.step(k), direction, shares[k], on);
      session.axpy(-1, shares[k], pairs.product(k), pairs.change(k), direction, on);
    }
    session.multiply(direction, inverse, scaled, on);
    session.fill(direction, 0, on);
    session.axpy(1, scale, scaleDivisor, scaled, direction, on);
    for (int k = pairs.memory() - 1; k >= 0; k--) {
      session.dot(pairs.change(k), direction, scalar, on);
      session.axpy(1, shares[k], pairs.product(k), pairs.step(k), direction, on);
      session.axpy(-1, scalar, pairs.product(k), pairs.step(k), direction, on);
    }
    if (forgetful.send(forgets)) {
      pairs.clear(forgetful.device());
      sinkhornChange(towards, forgetful.device());
    }
    session.dot(gradient, direction, slope.device(), on);
    session.maxAbs(direction, size.device(), on);
    slope.read();
    size.read();
  }

  /**
   * A line search begins. A direction that does not rise gives way to Sinkhorn's, from the same
   * point; where that does not either, the problem is at its end.
   */
  private void search(int problem) {
    double rise = slope.get(problem);
    double longest = size.get(problem) / state.epsilonHost().getFlat(problem);
    Bracket search = searches[problem];
    search.running = rise > 0 && longest < Double.POSITIVE_INFINITY;
    if (!search.running) {
      active[problem] = !forgets[problem];
      forgets[problem] = true;
      return;
    }
    search.length = forgets[problem] ? 1 : Math.min(1, TRUST / longest);
    search.lower = 0;
    search.lowerSlope = rise;
    search.upper = Double.POSITIVE_INFINITY;
    search.value = value.get(problem);
    search.slope = rise;
    search.trials = 0;
    step.set(problem, search.length);
    forgets[problem] = false;
  }
}
