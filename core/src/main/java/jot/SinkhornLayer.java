package jot;

import jot.tensor.Tensor;

/**
 * A Sinkhorn layer prepared for dense problems of one type and shape. It owns its workspace: after
 * the first passes, forward and backward allocate nothing on the heap. Not thread-safe: one pass at
 * a time.
 */
public final class SinkhornLayer implements AutoCloseable {
  private final Engine engine;
  private final Solution solution;

  SinkhornLayer(Engine engine) {
    this.engine = engine;
    solution = new Solution(engine, false);
  }

  /**
   * Solves.
   *
   * @param cost (batch, m, n) of the layer's type, read where it lies until the next forward pass;
   *     where that is the backend's device, plan and gradients lie there too
   * @param a see {@link Problem#weights}
   * @param b see {@link Problem#weights}
   * @return the layer's own solution: the same object each time, its tensors overwritten by the
   *     next pass
   */
  public Solution forward(Tensor cost, Tensor a, Tensor b) {
    engine.enter();
    try {
      solution.forget();
      engine.forward(cost, a, b);
      return solution;
    } catch (RuntimeException failure) {
      throw Engine.explain(failure);
    } finally {
      engine.exit();
    }
  }

  /**
   * Gradients of the last forward pass for a loss with this gradient.
   *
   * @param planGradient ∂ℓ/∂P, (batch, m, n), F32 or F64
   * @return the layer's own gradients: the same object each time, overwritten by the next pass
   * @throws IllegalStateException before the first forward pass
   */
  public Gradients backward(Tensor planGradient) {
    return solution.vjp(planGradient);
  }

  /**
   * As {@link #backward(Tensor)}, for any kind of loss; made once and kept, it allocates nothing.
   */
  public Gradients backward(PlanGradient planGradient) {
    return solution.vjp(planGradient);
  }

  /** Frees the workspace; the solution and gradients go with it. */
  @Override
  public void close() {
    engine.close();
  }
}
