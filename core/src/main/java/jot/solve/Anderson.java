package jot.solve;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.MatrixSource;

/**
 * Anderson acceleration of Sinkhorn's iteration on the column potentials: the next point is the
 * plain sweep less that combination of the last steps that would, were the sweep linear, make its
 * change least. The least squares are solved by Gram-Schmidt from the newest step to the oldest, so
 * every number stays on the backend, with a ridge that leaves out what depends on newer steps. D.
 * G. Anderson, "Iterative procedures for nonlinear integral equations", 1965; H. F. Walker, P. Ni,
 * "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal., 2011.
 *
 * <p>Guarded: an accelerated point whose residual grows by more than a factor is given up for the
 * plain sweep from the point before, and the memory begins anew.
 */
public final class Anderson extends SemidualSolver {
  /** Steps remembered. */
  private static final int MEMORY = 5;

  /** Growth of the residual that an accelerated point may bring. */
  private static final double GROWTH = 2;

  /** Ridge relative to a step's change before the newer ones were taken out of it. */
  private static final double RIDGE = 1e-10;

  private final Pairs pairs;
  private final Buffer[] basis;
  private final Buffer[] images;
  private final Buffer[] norms;
  private final Buffer change;
  private final Buffer rest;
  private final Buffer oldChange;
  private final Buffer step;
  private final Buffer previous;
  private final Buffer scalar;
  private final MatrixSource.Gibbs changes;
  private final BatchScalar accepted;
  private final BatchScalar rejected;
  private final BatchScalar fresh;
  private final boolean[] accepts;
  private final boolean[] rejects;
  private final boolean[] starts;
  private final boolean[] accelerated;
  private final double[] before;

  /** Allocates on the state's session; host mirrors in the arena. */
  public Anderson(ForwardState state, Arena arena) {
    super(state, arena);
    int n = session.columns();
    pairs = new Pairs(session, MEMORY);
    basis = new Buffer[MEMORY];
    images = new Buffer[MEMORY];
    norms = new Buffer[MEMORY];
    for (int k = 0; k < MEMORY; k++) {
      basis[k] = session.vector(n);
      images[k] = session.vector(n);
      norms[k] = session.scalar();
    }
    change = session.vector(n);
    rest = session.vector(n);
    oldChange = session.vector(n);
    step = session.vector(n);
    previous = session.vector(n);
    scalar = session.scalar();
    changes = inPlaceOfG(change);
    accepted = new BatchScalar(session, arena);
    rejected = new BatchScalar(session, arena);
    fresh = new BatchScalar(session, arena);
    int batch = session.batch();
    accepts = new boolean[batch];
    rejects = new boolean[batch];
    starts = new boolean[batch];
    accelerated = new boolean[batch];
    before = new double[batch];
  }

  @Override
  void begin() {
    for (int problem = 0; problem < active.length; problem++) {
      accelerated[problem] = false;
      before[problem] = Double.POSITIVE_INFINITY;
    }
  }

  @Override
  void advance() {
    for (int problem = 0; problem < active.length; problem++) {
      double error = error(problem);
      boolean bad = accelerated[problem] && !(error <= GROWTH * before[problem]);
      rejects[problem] = active[problem] && bad;
      accepts[problem] = active[problem] && !bad;
      starts[problem] = false;
      if (accepts[problem]) {
        starts[problem] = before[problem] == Double.POSITIVE_INFINITY;
        accelerated[problem] = !starts[problem];
        before[problem] = error;
      } else if (rejects[problem]) {
        accelerated[problem] = false;
        before[problem] = Double.POSITIVE_INFINITY;
      }
    }
    if (rejected.send(rejects)) {
      Buffer on = rejected.device();
      session.copy(previous, state.plan().g(), on); // the step may have been NaN
      session.axpy(1, one, one, oldChange, state.plan().g(), on);
      session.fill(step, 0, on);
      session.poll();
    }
    if (accepted.send(accepts)) {
      accelerate(accepted.device(), Arrays.equals(accepts, active));
      session.poll();
    }
  }

  /**
   * With r = ε log(b/c) and the pairs (Δg, Δr): g ← g + r − Σ_k γ_k (Δg_k + Δr_k), where γ makes r
   * − Σ_k γ_k Δr_k least.
   */
  private void accelerate(Buffer on, boolean all) {
    sinkhornChange(changes, on);
    pairs.push(on, all);
    session.copy(step, pairs.step(0), on);
    session.copy(change, pairs.change(0), on);
    session.axpy(-1, one, one, oldChange, pairs.change(0), on);
    session.copy(change, oldChange, on);
    if (fresh.send(starts)) {
      pairs.clear(fresh.device());
    }
    session.dot(pairs.change(0), pairs.change(0), pairs.product(0), on);
    session.copy(change, step, on);
    session.copy(change, rest, on);
    leastSquares(on);
    session.copy(state.plan().g(), previous, on);
    session.axpy(1, one, one, step, state.plan().g(), on);
  }

  /** Takes out of the step what each pair foretells, the pairs made orthogonal on the way. */
  private void leastSquares(Buffer on) {
    for (int k = 0; k < MEMORY; k++) {
      session.copy(pairs.change(k), basis[k], on);
      session.copy(pairs.change(k), images[k], on);
      session.axpy(1, one, one, pairs.step(k), images[k], on);
      for (int i = 0; i < k; i++) {
        session.dot(basis[i], basis[k], scalar, on);
        session.axpy(-1, scalar, norms[i], basis[i], basis[k], on);
        session.axpy(-1, scalar, norms[i], images[i], images[k], on);
      }
      session.dot(basis[k], basis[k], norms[k], on);
      session.axpy(RIDGE, one, one, pairs.product(k), norms[k], on);
      session.axpy(Double.MIN_NORMAL, one, one, one, norms[k], on); // a pair may be zeros
      session.dot(basis[k], rest, scalar, on);
      session.axpy(-1, scalar, norms[k], basis[k], rest, on);
      session.axpy(-1, scalar, norms[k], images[k], step, on);
    }
  }
}
