package jot.spi;

/**
 * A batch of matrices that a backend can produce a tile at a time, stored or not. A backend has one
 * filler for each of these records; its kernels consume tiles and do not ask where they came from.
 */
public sealed interface MatrixSource {

  /** Entries that lie in memory: a dense cost, a stored plan, a user's gradient. */
  record Stored(Buffer values) implements MatrixSource {}

  /**
   * |x_i − y_j|² of two point sets of the same dimension d, never stored.
   *
   * @param x d×m, one coordinate a row
   * @param y d×n, one coordinate a row
   */
  record SquaredDistance(Buffer x, Buffer y) implements MatrixSource {}

  /**
   * UVᵀ, never stored: the plan gradient of every loss on the barycentric projection P y.
   *
   * @param u d×m, one factor a row
   * @param v d×n, one factor a row
   */
  record LowRank(Buffer u, Buffer v) implements MatrixSource {}

  /**
   * The plan exp((f_i + g_j − c_ij)/ε) of potentials, where c_ij = (C_ij − α_i) − β_j is the cost
   * less its anchors, in this order, so that a shift of rows or columns costs no digits.
   *
   * @param cost C: stored, or made from points
   * @param rowAnchor α, length m
   * @param columnAnchor β, length n
   * @param epsilon ε, a scalar
   * @param f row potentials less α, length m; −∞ where the row has no mass
   * @param g column potentials less β, length n; −∞ where the column has no mass
   */
  record Gibbs(
      MatrixSource cost, Buffer rowAnchor, Buffer columnAnchor, Buffer epsilon, Buffer f, Buffer g)
      implements MatrixSource {}

  /** log P of a {@link Gibbs} plan: its exponents (f_i + g_j − c_ij)/ε, −∞ where P = 0. */
  record LogPlan(Gibbs plan) implements MatrixSource {}
}
