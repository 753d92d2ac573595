package jot;

import jot.backward.Implicit;
import jot.backward.Unrolled;
import jot.solve.ForwardState;
import jot.spi.Buffer;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The derivatives of a {@link Solution}: inputs to the backend, the pass, results to tensors. */
final class Backward {
  static final PlanGradient SHARP = PlanGradient.sharp();

  private final Engine engine;
  private final Session session;
  private final boolean reuse;
  private final Loads loads;
  private final Results results;
  private @Nullable Tensor lastTensor;
  private @Nullable PlanGradient lastDense;
  private @Nullable Gradients kept;
  private @Nullable Gradients keptOnDevice;
  private boolean solved;

  /**
   * Prepares; nothing is allocated before it is needed.
   *
   * @param reuse whether every pass writes to the same gradients
   */
  Backward(Engine engine, boolean reuse) {
    this.engine = engine;
    this.session = engine.session();
    this.reuse = reuse;
    this.solved = !reuse;
    loads = new Loads(engine);
    results = new Results(engine);
  }

  /** A forward pass has run. */
  void solved() {
    solved = true;
  }

  /** The wrapper of a dense gradient, kept for the tensor that comes again and again. */
  PlanGradient dense(Tensor planGradient) {
    PlanGradient wrapped = lastDense;
    if (wrapped == null || planGradient != lastTensor) {
      wrapped = PlanGradient.dense(planGradient);
      lastTensor = planGradient;
      lastDense = wrapped;
    }
    return wrapped;
  }

  private void enter() {
    engine.enterReading();
    if (!solved) {
      engine.exit();
      throw new IllegalStateException("backward: nothing is solved yet; call forward first");
    }
  }

  Gradients vjp(PlanGradient planGradient) {
    enter();
    try {
      Implicit.Load load = loads.of(planGradient);
      Implicit pass = engine.implicit();
      Gradients gradients = gradients();
      boolean estimate = engine.estimatesErrors();
      if (estimate) {
        engine.state().fetchWeights();
      }
      Implicit.Target target = results.target(gradients);
      pass.run(load, target, estimate);
      clearOverflown(pass, target);
      results.collect(pass.rows(), pass.columns(), gradients);
      for (int problem = 0; problem < session.batch(); problem++) {
        gradients.set(problem, number(pass.mass(problem)), number(pass.epsilon(problem)));
        gradients.setSolve(
            problem,
            pass.solverName(problem),
            status(pass, problem),
            pass.residual(problem),
            pass.steps(problem),
            pass.fill(problem));
        gradients.setError(problem, estimate ? pass.error(problem) : Double.NaN);
      }
      return gradients;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  /** 0 for a sum whose terms overflowed with either sign: the status says so. */
  private static double number(double sum) {
    return Double.isNaN(sum) ? 0 : sum;
  }

  /**
   * Whether terms of a problem's derivatives overflowed with either sign, as they can at extreme
   * scales where no plan exists: every entry goes into one of these sums.
   */
  private static boolean overflown(Implicit pass, int problem) {
    return Double.isNaN(pass.mass(problem)) || Double.isNaN(pass.epsilon(problem));
  }

  /** No derivative is NaN: where terms overflowed all are 0, and the status says so. */
  private void clearOverflown(Implicit pass, Implicit.Target target) {
    boolean any = false;
    for (int problem = 0; problem < session.batch(); problem++) {
      any |= overflown(pass, problem);
    }
    if (!any) {
      return;
    }
    Tensor marks = results.scalars();
    for (int problem = 0; problem < session.batch(); problem++) {
      marks.setFlat(problem, overflown(pass, problem) ? 1 : 0);
    }
    Buffer mask = session.scalar();
    session.write(marks, mask);
    clear(pass.rows(), mask);
    clear(pass.columns(), mask);
    clear(target.cost(), mask);
    clear(target.pointsX(), mask);
    clear(target.pointsY(), mask);
    session.poll();
  }

  private void clear(@Nullable Buffer derivatives, Buffer mask) {
    if (derivatives != null) {
      session.fill(derivatives, 0, mask);
    }
  }

  private LinearStatus status(Implicit pass, int problem) {
    if (overflown(pass, problem) || !(pass.residual(problem) <= engine.linearTolerance())) {
      return LinearStatus.TOLERANCE_MISSED;
    }
    return pass.components(problem) > 1 ? LinearStatus.DISCONNECTED : LinearStatus.SOLVED;
  }

  private Gradients gradients() {
    if (!reuse) {
      return results.allocate();
    }
    Gradients gradients = results.isOnDevice() ? keptOnDevice : kept;
    if (gradients == null) {
      gradients = results.allocate();
      if (results.isOnDevice()) {
        keptOnDevice = gradients;
      } else {
        kept = gradients;
      }
    }
    return gradients;
  }

  /** Danskin's gradients of the entropic cost; the engine is entered. */
  Gradients danskin(Potentials potentials) {
    Gradients gradients = gradients();
    ForwardState state = engine.state();
    results.plan(gradients);
    double[] plogp = results.entropies();
    DeviceTarget onDevice = gradients.deviceTarget();
    Tensor a = onDevice == null ? gradients.a() : engine.vector(session.rows());
    Tensor b = onDevice == null ? gradients.b() : engine.vector(session.columns());
    for (int problem = 0; problem < session.batch(); problem++) {
      double mean = Centre.to(potentials.f(), state.aHost(), a, problem);
      mean += Centre.to(potentials.g(), state.bHost(), b, problem);
      gradients.set(problem, mean, plogp[problem]);
    }
    if (onDevice != null) {
      session.write(a, onDevice.a());
      session.write(b, onDevice.b());
      session.poll();
    }
    return gradients;
  }

  /** dP along a tangent: the marginal system with G = dC + dε log P and cotangents da, db. */
  Tensor jvp(Tangent tangent) {
    enter();
    try {
      Implicit.Load load = loads.of(tangent);
      Implicit pass = engine.implicit();
      Tensor out = results.tangent();
      pass.run(load, results.tangentTarget(), false);
      return out;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  Gradients unrolled(Tensor planGradient, int sweeps) {
    if (sweeps < 0) {
      throw Checks.bad("sweeps: expected 0 or more, received " + sweeps);
    }
    if (!engine.costs().isStored()) {
      throw new UnsupportedOperationException(
          "unrolledVjp: needs an array of costs; make a DenseCost of the points to compare");
    }
    enter();
    try {
      Checks.matrix(
          "plan gradient", planGradient, session.batch(), session.rows(), session.columns());
      Checks.finite("plan gradient", planGradient);
      Buffer g = session.matrix(DType.F64, session.rows(), session.columns());
      session.write(planGradient, g);
      Unrolled pass = new Unrolled(engine.state().batch(), sweeps);
      pass.run(g);
      Buffer rowMean = session.scalar();
      Buffer columnMean = session.scalar();
      session.center(pass.rows(), engine.state().a(), rowMean);
      session.center(pass.columns(), engine.state().b(), columnMean);
      Gradients gradients = results.allocate();
      session.read(pass.costGradient(), gradients.cost());
      results.collect(pass.rows(), pass.columns(), gradients);
      Tensor scalars = results.scalars();
      double[] mass = new double[session.batch()];
      session.read(rowMean, scalars);
      session.poll();
      for (int problem = 0; problem < mass.length; problem++) {
        mass[problem] = scalars.getFlat(problem);
      }
      session.read(columnMean, scalars);
      session.poll();
      for (int problem = 0; problem < mass.length; problem++) {
        mass[problem] += scalars.getFlat(problem);
      }
      session.read(pass.epsilonDerivative(), scalars);
      session.poll();
      for (int problem = 0; problem < mass.length; problem++) {
        gradients.set(problem, mass[problem], scalars.getFlat(problem));
      }
      return gradients;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }
}
