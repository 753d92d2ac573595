package jot;

import jot.backward.Implicit;
import jot.spi.Buffer;
import jot.spi.DeviceSession;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where derivatives go: tensors that callers get, and what brings results into them. */
final class Results {
  private final Engine engine;
  private final Session session;
  private final @Nullable Buffer slot;
  private final Implicit.Target target;
  private final Buffer zeroRows;
  private final Buffer zeroColumns;
  private final Buffer scalar;
  private final Tensor scalars;
  private @Nullable Tensor tangent;
  private Implicit.@Nullable Target tangentTarget;

  Results(Engine engine) {
    this.engine = engine;
    session = engine.session();
    int d = engine.costs().dimensions();
    slot =
        engine.costs().isStored()
            ? session.slot(engine.costs().dtype(), session.rows(), session.columns())
            : null;
    target =
        new Implicit.Target(
            slot,
            slot == null ? session.matrix(DType.F64, d, session.rows()) : null,
            slot == null ? session.matrix(DType.F64, d, session.columns()) : null);
    zeroRows = session.vector(session.rows());
    zeroColumns = session.vector(session.columns());
    scalar = session.scalar();
    scalars = engine.vector(1);
  }

  /** Gradients with tensors of their own where the cost lies, freed with the engine. */
  Gradients allocate() {
    int batch = session.batch();
    if (isOnDevice() && session instanceof DeviceSession device) {
      return onDevice(device);
    }
    Tensor cost = null;
    Positions positions = null;
    if (slot != null) {
      cost =
          Tensor.allocate(
              engine.arena(),
              engine.costs().dtype(),
              new Shape(batch, session.rows(), session.columns()));
    } else {
      int d = engine.costs().dimensions();
      positions =
          new Positions(
              Tensor.allocate(engine.arena(), DType.F64, new Shape(batch, session.rows(), d)),
              Tensor.allocate(engine.arena(), DType.F64, new Shape(batch, session.columns(), d)));
    }
    return new Gradients(
        batch, cost, positions, engine.vector(session.rows()), engine.vector(session.columns()));
  }

  private Gradients onDevice(DeviceSession device) {
    Buffer cost = device.matrix(engine.costs().dtype(), device.rows(), device.columns());
    Buffer a = device.vector(device.rows());
    Buffer b = device.vector(device.columns());
    Gradients gradients =
        new Gradients(
            device.batch(), device.resident(cost), null, device.resident(a), device.resident(b));
    gradients.lieIn(new DeviceTarget(new Implicit.Target(cost, null, null), a, b));
    return gradients;
  }

  /** Whether gradients of the current cost lie on the session's device. */
  boolean isOnDevice() {
    return engine.costs().isOnDevice();
  }

  /** The buffers of a pass whose cost gradient goes straight to these gradients. */
  Implicit.Target target(Gradients gradients) {
    DeviceTarget onDevice = gradients.deviceTarget();
    if (onDevice != null) {
      return onDevice.target();
    }
    Tensor cost = gradients.costOrNull();
    if (slot != null && cost != null) {
      session.bind(slot, cost);
    }
    return target;
  }

  /** Brings weights' derivatives, and positions, to the tensors. */
  void collect(Buffer rows, Buffer columns, Gradients gradients) {
    DeviceTarget onDevice = gradients.deviceTarget();
    if (onDevice != null) {
      session.copy(rows, onDevice.a(), null);
      session.copy(columns, onDevice.b(), null);
    } else {
      session.read(rows, gradients.a());
      session.read(columns, gradients.b());
    }
    collectPositions(gradients);
    session.poll();
  }

  private void collectPositions(Gradients gradients) {
    Positions positions = gradients.positionsOrNull();
    Buffer x = target.pointsX();
    Buffer y = target.pointsY();
    if (positions != null && x != null && y != null) {
      session.readTransposed(x, positions.x());
      session.readTransposed(y, positions.y());
    }
  }

  /** The plan as the gradient of the cost: M = 0 with P added. */
  void plan(Gradients gradients) {
    Implicit.Target to = target(gradients);
    session.costGradient(
        engine.state().logPlan(),
        engine.state().plan(),
        null,
        null,
        zeroRows,
        zeroRows,
        zeroRows,
        zeroColumns,
        1,
        to.cost(),
        to.pointsX(),
        to.pointsY(),
        scalar,
        null);
    collectPositions(gradients);
    session.poll();
  }

  /** −h(P) = Σ P (log P − 1), one a problem. */
  double[] entropies() {
    Buffer sums = session.vector(3);
    Tensor host = engine.vector(3);
    session.values(engine.state().logPlan(), sums);
    session.read(sums, host);
    session.poll();
    double[] out = new double[session.batch()];
    for (int problem = 0; problem < out.length; problem++) {
      out[problem] = host.get(problem, 0, 1) - host.get(problem, 0, 2);
    }
    return out;
  }

  /** Host room for one number a problem. */
  Tensor scalars() {
    return scalars;
  }

  /** The tensor that tangents of the plan go to. */
  Tensor tangent() {
    Tensor out = tangent;
    if (out == null) {
      out =
          Tensor.allocate(
              engine.arena(),
              DType.F64,
              new Shape(session.batch(), session.rows(), session.columns()));
      Buffer bound = session.slot(DType.F64, session.rows(), session.columns());
      session.bind(bound, out);
      tangent = out;
      tangentTarget = new Implicit.Target(bound, null, null);
    }
    return out;
  }

  Implicit.Target tangentTarget() {
    tangent();
    Implicit.Target to = tangentTarget;
    if (to == null) {
      throw new IllegalStateException("tangent() makes it");
    }
    return to;
  }
}
