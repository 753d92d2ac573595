package jot;

import jot.geometry.DenseCost;
import jot.geometry.Geometry;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What is to be solved: a geometry, weights, and optionally ε per problem and potentials to start
 * from. Immutable; refers to the caller's tensors, which are read when it is solved. The cost must
 * stay as it is until the {@link Solution} is closed; everything else is copied.
 */
public final class Problem {
  private final Geometry geometry;
  private final @Nullable Tensor a;
  private final @Nullable Tensor b;
  private final double @Nullable [] epsilon;
  private final @Nullable Tensor f;

  private Problem(
      Geometry geometry,
      @Nullable Tensor a,
      @Nullable Tensor b,
      double @Nullable [] epsilon,
      @Nullable Tensor f) {
    this.geometry = geometry;
    this.a = a;
    this.b = b;
    this.epsilon = epsilon;
    this.f = f;
  }

  /** A problem of this geometry with uniform weights of mass 1. */
  public static Problem of(Geometry geometry) {
    return new Problem(geometry, null, null, null, null);
  }

  /**
   * A problem of this dense cost, (batch, m, n), with uniform weights of mass 1. Where the cost
   * lies on the backend's device ({@link Tensor#onDevice}), plan and gradients lie there too.
   */
  public static Problem of(Tensor cost) {
    return of(new DenseCost(cost));
  }

  /**
   * With these weights: a of shape (batch, 1, m) or (batch, m, 1), b of (batch, 1, n) or (batch, n,
   * 1); a batch of one serves all problems. Non-negative, equal sums up to rounding (b is rescaled
   * to a's). They may lie on the backend's device.
   */
  public Problem weights(Tensor rows, Tensor columns) {
    return new Problem(geometry, rows, columns, epsilon, f);
  }

  /** With these row weights; columns stay as they are. See {@link #weights}. */
  public Problem rowWeights(Tensor rows) {
    return new Problem(geometry, rows, b, epsilon, f);
  }

  /** With these column weights; rows stay as they are. See {@link #weights}. */
  public Problem columnWeights(Tensor columns) {
    return new Problem(geometry, a, columns, epsilon, f);
  }

  /**
   * With this ε instead of the configured one: a single one, or one a problem. Unit of the cost.
   */
  public Problem epsilon(double... perProblem) {
    return new Problem(geometry, a, b, perProblem.clone(), f);
  }

  /**
   * Starting from these potentials, (batch, 1, m) and (batch, 1, n), of a similar problem, in any
   * gauge. Only f is used: a column update makes g from it. Where a row has no mass its entry is
   * ignored.
   */
  public Problem warmStart(Tensor rowPotentials, Tensor columnPotentials) {
    Checks.vector("warm start g", columnPotentials, geometry.batch(), geometry.columns());
    Checks.noNan("warm start g", columnPotentials);
    return new Problem(geometry, a, b, epsilon, rowPotentials);
  }

  /** Where the costs come from. */
  public Geometry geometry() {
    return geometry;
  }

  @Nullable Tensor a() {
    return a;
  }

  @Nullable Tensor b() {
    return b;
  }

  double @Nullable [] epsilon() {
    return epsilon;
  }

  @Nullable Tensor f() {
    return f;
  }
}
