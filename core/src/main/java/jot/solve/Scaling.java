package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Sinkhorn's iteration on scalings u, v of a stored kernel K = exp((f ⊕ g − c)/ε), stabilised by
 * absorption: where a scaling would leave its safe range it goes into the potentials, one sweep
 * runs in the log domain, and the kernel is made anew. No exp in a sweep; one m×n array.
 *
 * <p>The kernel may be of F32: it is off by 1.2·2⁻²⁴ of its entries, and the residual of the
 * potentials by as much of the mass. Sweeps may be over-relaxed, see {@link Relaxation}.
 */
public final class Scaling implements ForwardSolver {
  private final DType storage;
  private final @Nullable Relaxation relaxation;
  private MatrixSource.@Nullable Stored kernel;

  private Scaling(DType storage, @Nullable Relaxation relaxation) {
    this.storage = storage;
    this.relaxation = relaxation;
  }

  /** Plain sweeps with a kernel of this type. */
  public static Scaling plain(DType storage) {
    return new Scaling(storage, null);
  }

  /** Over-relaxed sweeps; allocates on the state's session, host mirrors in the arena. */
  public static Scaling relaxed(DType storage, ForwardState state, Arena arena) {
    return new Scaling(storage, new Relaxation(state.session(), arena));
  }

  @Override
  public String name() {
    return "scaling";
  }

  private MatrixSource.Stored kernel(ForwardState state) {
    if (kernel == null) {
      kernel = new MatrixSource.Stored(state.kernel(storage));
    }
    return kernel;
  }

  @Override
  public void prepare(ForwardState state) {
    Session session = state.session();
    session.fill(state.u(), 1, null);
    session.fill(state.v(), 1, null);
    session.startScaling(state.plan(), state.b(), kernel(state), state.v(), state.active());
    if (relaxation != null) {
      relaxation.begin(state);
    }
  }

  @Override
  public void block(ForwardState state, int sweeps, Buffer threshold) {
    Session session = state.session();
    if (relaxation != null) {
      relaxation.next(state, sweeps);
    }
    for (int k = 0; k < sweeps; k++) {
      session.fill(state.stale(), 0, null);
      if (relaxation == null) {
        plainSweep(state, threshold);
      } else {
        session.relaxedScalingSweep(
            kernel(state),
            state.a(),
            state.b(),
            state.u(),
            state.v(),
            relaxation.omega(),
            relaxation.columnError(),
            threshold,
            state.residualBuffer(),
            state.sweeps(),
            state.stale(),
            state.active());
      }
      renew(state);
    }
  }

  private void plainSweep(ForwardState state, Buffer threshold) {
    state
        .session()
        .scalingSweep(
            kernel(state),
            state.a(),
            state.b(),
            state.u(),
            state.v(),
            threshold,
            state.residualBuffer(),
            state.sweeps(),
            state.stale(),
            state.active());
  }

  /**
   * Stale problems: absorb, one sweep that nothing can upset, a fresh kernel. The sweep leaves
   * exact columns, so v stays the 1 that absorption has made it.
   */
  private void renew(ForwardState state) {
    Session session = state.session();
    Buffer stale = state.stale();
    session.absorb(
        state.u(), state.v(), state.plan().epsilon(), state.plan().f(), state.plan().g(), stale);
    state.forgetResidual(stale);
    session.sweep(
        state.plan(),
        state.a(),
        state.b(),
        state.zero(),
        state.residualBuffer(),
        state.sweeps(),
        stale);
    session.materialise(state.plan(), kernel(state).values(), stale);
    if (relaxation != null) {
      session.fill(relaxation.columnError(), 0, stale);
    }
  }

  /** Of the columns made exact, as {@link #finish} will leave them. */
  @Override
  public void measure(ForwardState state) {
    if (relaxation != null) {
      settle(state, relaxation, state.active());
      renew(state);
    }
    state.session().fill(state.stale(), 0, null);
    plainSweep(state, state.infinite());
  }

  /** One more plain sweep, which does not count, where over-relaxation has left columns inexact. */
  private void settle(ForwardState state, Relaxation relaxed, Buffer mask) {
    Session session = state.session();
    session.fill(state.stale(), 0, null);
    session.scalingSweep(
        kernel(state),
        state.a(),
        state.b(),
        state.u(),
        state.v(),
        state.zero(),
        relaxed.scratch(),
        relaxed.scratch(),
        state.stale(),
        relaxed.inexact(session, mask));
    session.fill(relaxed.columnError(), 0, mask);
  }

  @Override
  public void finish(ForwardState state, Buffer mask) {
    Session session = state.session();
    if (relaxation != null) {
      settle(state, relaxation, mask);
    }
    session.absorb(
        state.u(), state.v(), state.plan().epsilon(), state.plan().f(), state.plan().g(), mask);
    if (relaxation != null) {
      session.columnUpdate(state.plan(), state.b(), state.stale());
    }
  }

  /** The kernel's rounding is not in the potentials; nor is a last sweep measured. */
  @Override
  public boolean finishChangesPlan() {
    return storage == DType.F32 || (relaxation != null && relaxation.isUsed());
  }

  @Override
  public double rate(int problem, double residual, double seen) {
    return relaxation == null ? seen : relaxation.rate(problem, residual, seen);
  }
}
