package jot;

import java.lang.foreign.Arena;
import jot.solve.ForwardState;
import jot.spi.Buffer;
import jot.spi.DeviceSession;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@link Weights} where they lie on a device: what the host sees of them is two numbers a side and
 * problem.
 */
final class DeviceWeights {
  private final DeviceSession session;
  private final ForwardState state;
  private final Side rows;
  private final Side columns;
  private final Buffer mask;
  private final Tensor maskHost;

  /** The scalars of a side, and their copies on the host. */
  private record Side(Buffer bad, Buffer mass, Buffer zero, Tensor badHost, Tensor massHost) {
    static Side of(DeviceSession session, Arena arena, int length) {
      Shape shape = new Shape(session.batch(), 1, 1);
      return new Side(
          session.scalar(),
          session.scalar(),
          session.vector(length),
          Tensor.allocate(arena, DType.F64, shape),
          Tensor.allocate(arena, DType.F64, shape));
    }
  }

  DeviceWeights(DeviceSession session, ForwardState state, Arena arena) {
    this.session = session;
    this.state = state;
    rows = Side.of(session, arena, session.rows());
    columns = Side.of(session, arena, session.columns());
    mask = session.scalar();
    maskHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, 1));
  }

  /**
   * Fills the state's weights, and the row potentials to start from: 0 where there is mass, −∞
   * elsewhere. b is rescaled to the mass of a where they differ by rounding.
   */
  void load(@Nullable Tensor a, @Nullable Tensor b) {
    if (a != null) {
      Checks.vector("a", a, session, session.rows());
    }
    if (b != null) {
      Checks.vector("b", b, session, session.columns());
    }
    load(a, rows, state.a(), state.plan().f());
    load(b, columns, state.b(), null);
    if (a == null && b != null) {
      session.xpay(rows.zero(), columns.mass(), rows.mass(), state.a(), null);
      session.copy(columns.mass(), rows.mass(), null);
    } else if (b == null && a != null) {
      session.xpay(columns.zero(), rows.mass(), columns.mass(), state.b(), null);
      session.copy(rows.mass(), columns.mass(), null);
    }
    for (Side side : new Side[] {rows, columns}) {
      session.read(side.bad(), side.badHost());
      session.read(side.mass(), side.massHost());
    }
    session.poll();
    check(Weights.tolerance(a, b));
  }

  private void load(@Nullable Tensor weights, Side side, Buffer to, @Nullable Buffer start) {
    if (weights != null) {
      session.weigh(weights, to, start, side.bad(), side.mass());
      return;
    }
    session.fill(to, 1.0 / to.columns(), null);
    session.fill(side.bad(), -1, null);
    session.fill(side.mass(), 1, null);
    if (start != null) {
      session.fill(start, 0, null);
    }
  }

  private void check(double tolerance) {
    boolean any = false;
    for (int problem = 0; problem < session.batch(); problem++) {
      double massA = check("a", rows, problem);
      double massB = check("b", columns, problem);
      Weights.requireEqual(massA, massB, tolerance, problem);
      boolean apart = Weights.differ(massA, massB, session.rows() + session.columns());
      maskHost.setFlat(problem, apart ? 1 : 0);
      any |= apart;
      state.setMass(problem, massA);
    }
    if (any) {
      session.write(maskHost, mask);
      session.xpay(columns.zero(), rows.mass(), columns.mass(), state.b(), mask);
    }
  }

  private static double check(String name, Side side, int problem) {
    double bad = side.badHost().getFlat(problem);
    if (bad >= 0) {
      throw Checks.bad(
          name
              + ": expected finite weights ≥ 0, received another at index "
              + (long) bad
              + " of problem "
              + problem);
    }
    double mass = side.massHost().getFlat(problem);
    Weights.requireMass(name, mass, problem);
    return mass;
  }
}
