package jot;

import jot.spi.Buffer;
import jot.spi.DeviceSession;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A solved batch: plan, potentials, costs, what happened, and derivatives. Owns native memory until
 * {@link #close}; all tensors it returns are its own and go with it. The cost given to the solve is
 * read again by most methods and must stay alive and unchanged until then. Thread-safe in that one
 * call runs at a time.
 *
 * <p>The column sums of the plan are b exactly (to rounding); the row sums carry the residual.
 * Whatever its residual, the plan is the exact solution for its own marginals, and gradients are
 * exact there.
 */
public final class Solution implements AutoCloseable {
  private final Engine engine;
  private final boolean owner;
  private final Backward backward;
  private @Nullable Tensor plan;
  private @Nullable Buffer planSlot;
  private boolean planIsFresh;
  private @Nullable Potentials potentials;
  private boolean potentialsAreFresh;
  private @Nullable Values values;
  private boolean valuesAreFresh;

  Solution(Engine engine, boolean owner) {
    this.engine = engine;
    this.owner = owner;
    backward = new Backward(engine, !owner);
  }

  /** The layer is about to solve again: everything derived is old. */
  void forget() {
    planIsFresh = false;
    potentialsAreFresh = false;
    valuesAreFresh = false;
    backward.solved();
  }

  /** Problems in the batch. */
  public int batch() {
    return engine.session().batch();
  }

  /** Rows m of a problem. */
  public int rows() {
    return engine.session().rows();
  }

  /** Columns n of a problem. */
  public int columns() {
    return engine.session().columns();
  }

  /**
   * The plan P, (batch, m, n) in the cost's type: made at the first call, one m×n array a problem.
   * Where the cost lies on a device the plan lies there too.
   */
  public Tensor plan() {
    engine.enterReading();
    try {
      Session session = engine.session();
      Tensor tensor = plan;
      Buffer slot = planSlot;
      boolean onDevice = engine.costs().isOnDevice();
      if (tensor == null || slot == null || tensor.isOnDevice() != onDevice) {
        DType dtype = engine.costs().dtype();
        if (onDevice && session instanceof DeviceSession device) {
          slot = device.matrix(dtype, rows(), columns());
          tensor = device.resident(slot);
        } else {
          tensor = Tensor.allocate(engine.arena(), dtype, new Shape(batch(), rows(), columns()));
          slot = session.slot(dtype, rows(), columns());
          session.bind(slot, tensor);
        }
        plan = tensor;
        planSlot = slot;
      }
      if (!planIsFresh) {
        session.materialise(engine.state().plan(), slot, null);
        session.poll();
        planIsFresh = true;
      }
      return tensor;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  /**
   * The entries of a single problem's plan of at least this size; see {@link #sparsePlan(int,
   * double)}.
   */
  public SparsePlan sparsePlan(double threshold) {
    return sparsePlan(single(), threshold);
  }

  /**
   * The entries of a problem's plan of at least this size: at small ε there are few. Made row by
   * row, without an m×n array; allocates what it returns, on the heap.
   *
   * @param threshold at least 0, in the unit of the weights
   */
  public SparsePlan sparsePlan(int problem, double threshold) {
    checked(problem);
    if (!(threshold >= 0) || threshold == Double.POSITIVE_INFINITY) {
      throw Checks.bad("threshold: expected a finite number of at least 0, received " + threshold);
    }
    engine.enterReading();
    try {
      return Sparsify.plan(engine, problem, threshold);
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  private Potentials potentials() {
    Potentials both = potentials;
    if (both == null) {
      both = new Potentials(engine);
      potentials = both;
    }
    if (!potentialsAreFresh) {
      both.refresh();
      potentialsAreFresh = true;
    }
    return both;
  }

  /**
   * Row potentials, (batch, 1, m), F64, in the unit of the cost; −∞ where there is no mass. Gauge:
   * g has mean zero over the columns with mass.
   */
  public Tensor f() {
    engine.enter();
    try {
      return potentials().f();
    } finally {
      engine.exit();
    }
  }

  /**
   * Column potentials, (batch, 1, n), F64, with mean zero over the columns with mass; see {@link
   * #f}.
   */
  public Tensor g() {
    engine.enter();
    try {
      return potentials().g();
    } finally {
      engine.exit();
    }
  }

  /** The worst status of the batch. */
  public Status status() {
    Status worst = status(0);
    for (int problem = 1; problem < batch(); problem++) {
      Status one = status(problem);
      if (one.compareTo(worst) > 0) {
        worst = one;
      }
    }
    return worst;
  }

  /** How a problem ended. */
  public Status status(int problem) {
    return engine.status(checked(problem));
  }

  /** Whether every problem converged. */
  public boolean converged() {
    return status().converged();
  }

  /** The residual of a single problem; see {@link #residual(int)}. */
  public double residual() {
    return residual(single());
  }

  /** L1 residual Σ|(P1)_i − a_i| of this plan, relative to the mass. */
  public double residual(int problem) {
    return engine.residual(checked(problem));
  }

  /** Sweeps that a single problem took. */
  public int iterations() {
    return iterations(single());
  }

  /** Sweeps that a problem took. */
  public int iterations(int problem) {
    return engine.iterations(checked(problem));
  }

  private Values values() {
    engine.enterReading();
    try {
      Values sums = values;
      if (sums == null) {
        sums = new Values(engine);
        values = sums;
      }
      if (!valuesAreFresh) {
        sums.refresh(potentials());
        valuesAreFresh = true;
      }
      return sums;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  /** ⟨P, C⟩ of a single problem. */
  public double sharpCost() {
    return sharpCost(single());
  }

  /** ⟨P, C⟩ of the plan as it is. */
  public double sharpCost(int problem) {
    return values().sharp(checked(problem));
  }

  /** ⟨P, C⟩ − ε h(P) of a single problem; see {@link #entropicCost(int)}. */
  public double entropicCost() {
    return entropicCost(single());
  }

  /**
   * ⟨P, C⟩ − ε h(P), h(P) = −Σ P (log P − 1), by its dual ⟨f, a⟩ + ⟨g, b⟩ − ε ΣP, whose error is of
   * second order in the residual.
   */
  public double entropicCost(int problem) {
    return values().entropic(checked(problem));
  }

  /** ⟨P, C⟩ + ε KL(P | abᵀ) of a single problem; see {@link #klCost(int)}. */
  public double klCost() {
    return klCost(single());
  }

  /**
   * ⟨P, C⟩ + ε KL(P | abᵀ), KL(P|Q) = Σ P log(P/Q) − ΣP + ΣQ, by the dual as {@link #entropicCost}.
   */
  public double klCost(int problem) {
    return values().kl(checked(problem));
  }

  /** The solver that ran for the first problem. */
  public String solver() {
    return solver(0);
  }

  /** The solver that ran for a problem. */
  public String solver(int problem) {
    return engine.solver(checked(problem));
  }

  /** Why that solver ran, for the first problem. */
  public String solverReason() {
    return engine.solverReason(0);
  }

  /** The backend's name. */
  public String backend() {
    return engine.backendName();
  }

  /** The residuals as they fell. */
  public ErrorHistory history() {
    return ErrorHistory.of(engine.history(), batch());
  }

  /**
   * Gradients of a loss in everything: cost or positions, both weights, mass and ε. The closed form
   * of Eisenberger et al., Algorithm 1, at the plan's own marginals.
   *
   * <p>Allocates one m×n array for the gradient and, the first time, the workspace of the linear
   * solver: see {@link LinearSolver}.
   *
   * @param planGradient ∂ℓ/∂P, (batch, m, n), F32 or F64, finite
   */
  public Gradients vjp(Tensor planGradient) {
    return backward.vjp(backward.dense(planGradient));
  }

  /** As {@link #vjp(Tensor)}, for any kind of loss. */
  public Gradients vjp(PlanGradient planGradient) {
    return backward.vjp(planGradient);
  }

  /** Gradients of the Sinkhorn loss ⟨P, C⟩ (Qiu et al., Theorem 2): ∂C has the row sums a. */
  public Gradients sharpCostGradient() {
    return backward.vjp(Backward.SHARP);
  }

  /**
   * Gradients of the entropic cost by Danskin's theorem: ∂C = P, ∂a = f and ∂b = g centred, ∂ε =
   * −h(P). No linear solve; exact when converged.
   */
  public Gradients entropicCostGradient() {
    engine.enterReading();
    try {
      return backward.danskin(potentials());
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  /**
   * The change of the plan along a tangent, (batch, m, n), F64: the same routine as {@link #vjp},
   * since ∂P/∂C is symmetric. The solution's own tensor, overwritten by the next call.
   */
  public Tensor jvp(Tangent tangent) {
    return backward.jvp(tangent);
  }

  /**
   * Reverse mode through {@code sweeps} plain sweeps, to compare {@link #vjp} with: from f = 0, one
   * column update, then so many times a row and a column update. That is what this problem's {@link
   * Solver#LOG} does in as many iterations from a cold start. Needs four m×n arrays and O(sweeps·(m
   * + n)).
   *
   * @param planGradient ∂ℓ/∂P at the plan of the last sweep, (batch, m, n)
   * @throws UnsupportedOperationException for point clouds
   */
  public Gradients unrolledVjp(Tensor planGradient, int sweeps) {
    return backward.unrolled(planGradient, sweeps);
  }

  private int checked(int problem) {
    if (problem < 0 || problem >= batch()) {
      throw new IndexOutOfBoundsException(
          "problem: expected 0 to " + (batch() - 1) + ", received " + problem);
    }
    return problem;
  }

  private int single() {
    if (batch() != 1) {
      throw new IllegalStateException(
          "this is a batch of " + batch() + " problems; ask for one by its index");
    }
    return 0;
  }

  /** Frees all memory; of a layer's solution, nothing: the layer does. Idempotent. */
  @Override
  public void close() {
    if (owner) {
      engine.close();
    }
  }
}
