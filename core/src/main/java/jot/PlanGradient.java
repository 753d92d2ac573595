package jot;

import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a loss ℓ(P, f, g) sends back: G = ∂ℓ/∂P, stored or in factors, and cotangents of the
 * potentials. Immutable; refers to the caller's tensors, which are read during the call they are
 * given to.
 */
public final class PlanGradient {
  private final @Nullable Tensor dense;
  private final @Nullable Tensor u;
  private final @Nullable Tensor v;
  private final boolean sharp;
  private final @Nullable Tensor f;
  private final @Nullable Tensor g;

  private PlanGradient(
      @Nullable Tensor dense,
      @Nullable Tensor u,
      @Nullable Tensor v,
      boolean sharp,
      @Nullable Tensor f,
      @Nullable Tensor g) {
    this.dense = dense;
    this.u = u;
    this.v = v;
    this.sharp = sharp;
    this.f = f;
    this.g = g;
  }

  /** G stored, (batch, m, n), F32 or F64, finite; on the host or the backend's device. */
  public static PlanGradient dense(Tensor planGradient) {
    return new PlanGradient(planGradient, null, null, false, null, null);
  }

  /** The Sinkhorn loss ⟨P, C⟩ (Qiu et al.), its own dependence on C included. */
  public static PlanGradient sharp() {
    return new PlanGradient(null, null, null, true, null, null);
  }

  /**
   * G = U Vᵀ without an m×n array, as every loss on the barycentric projection P y has it.
   *
   * @param u (batch, m, d)
   * @param v (batch, n, d)
   */
  public static PlanGradient lowRank(Tensor u, Tensor v) {
    return new PlanGradient(null, u, v, false, null, null);
  }

  /** No loss on the plan; to be followed by {@link #potentials}. */
  public static PlanGradient none() {
    return new PlanGradient(null, null, null, false, null, null);
  }

  /**
   * With cotangents ∂ℓ/∂f and ∂ℓ/∂g of the potentials, (batch, 1, m) and (batch, 1, n). Their sums
   * must agree, as they do for every loss that does not depend on the potentials' gauge.
   */
  public PlanGradient potentials(Tensor rowCotangent, Tensor columnCotangent) {
    return new PlanGradient(dense, u, v, sharp, rowCotangent, columnCotangent);
  }

  @Nullable Tensor dense() {
    return dense;
  }

  @Nullable Tensor u() {
    return u;
  }

  @Nullable Tensor v() {
    return v;
  }

  boolean isSharp() {
    return sharp;
  }

  @Nullable Tensor f() {
    return f;
  }

  @Nullable Tensor g() {
    return g;
  }
}
