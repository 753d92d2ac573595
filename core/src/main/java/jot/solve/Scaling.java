package jot.solve;

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
 * <p>The kernel of F32 costs may be of F32: it is off by 2⁻²⁴ of its entries, and the residual of
 * the potentials by as much of the mass.
 */
public final class Scaling implements ForwardSolver {
  private final DType storage;
  private MatrixSource.@Nullable Stored kernel;

  /** With a kernel of this type. */
  public Scaling(DType storage) {
    this.storage = storage;
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
    session.materialise(state.plan(), kernel(state).values(), state.active());
    session.fill(state.u(), 1, null);
    session.fill(state.v(), 1, null);
  }

  @Override
  public void block(ForwardState state, int sweeps, Buffer threshold) {
    Session session = state.session();
    MatrixSource.Stored stored = kernel(state);
    for (int k = 0; k < sweeps; k++) {
      session.fill(state.stale(), 0, null);
      session.scalingSweep(
          stored,
          state.a(),
          state.b(),
          state.u(),
          state.v(),
          threshold,
          state.residualBuffer(),
          state.sweeps(),
          state.stale(),
          state.active());
      renew(state, stored);
    }
  }

  /** Stale problems: absorb, one sweep that nothing can upset, a fresh kernel. */
  private static void renew(ForwardState state, MatrixSource.Stored stored) {
    Session session = state.session();
    Buffer stale = state.stale();
    session.absorb(
        state.u(), state.v(), state.plan().epsilon(), state.plan().f(), state.plan().g(), stale);
    session.sweep(
        state.plan(),
        state.a(),
        state.b(),
        state.zero(),
        state.residualBuffer(),
        state.sweeps(),
        stale);
    session.materialise(state.plan(), stored.values(), stale);
  }

  @Override
  public void finish(ForwardState state, Buffer mask) {
    state
        .session()
        .absorb(
            state.u(), state.v(), state.plan().epsilon(), state.plan().f(), state.plan().g(), mask);
  }

  @Override
  public boolean finishChangesPlan() {
    return storage == DType.F32; // the kernel's rounding is not in the potentials
  }
}
