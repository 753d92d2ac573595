package jot;

import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A direction to push forward: changes of cost, weights and ε, zero unless said. Immutable; refers
 * to the caller's tensors.
 */
public final class Tangent {
  private final @Nullable Tensor cost;
  private final @Nullable Tensor rows;
  private final @Nullable Tensor columns;
  private final double @Nullable [] epsilon;

  private Tangent(
      @Nullable Tensor cost,
      @Nullable Tensor rows,
      @Nullable Tensor columns,
      double @Nullable [] epsilon) {
    this.cost = cost;
    this.rows = rows;
    this.columns = columns;
    this.epsilon = epsilon;
  }

  /** No change of anything. */
  public static Tangent zero() {
    return new Tangent(null, null, null, null);
  }

  /** With this change of the cost, (batch, m, n), finite. */
  public Tangent cost(Tensor change) {
    return new Tangent(change, rows, columns, epsilon);
  }

  /**
   * With these changes of the weights, (batch, 1, m) and (batch, 1, n), whose sums must agree.
   * Changes of weights that are zero are left out: the plan's row there is zero to first order only
   * where it is.
   */
  public Tangent weights(Tensor rowChange, Tensor columnChange) {
    return new Tangent(cost, rowChange, columnChange, epsilon);
  }

  /** With this change of ε: a single one, or one a problem. */
  public Tangent epsilon(double... change) {
    return new Tangent(cost, rows, columns, change.clone());
  }

  @Nullable Tensor cost() {
    return cost;
  }

  @Nullable Tensor rows() {
    return rows;
  }

  @Nullable Tensor columns() {
    return columns;
  }

  double @Nullable [] epsilon() {
    return epsilon;
  }
}
