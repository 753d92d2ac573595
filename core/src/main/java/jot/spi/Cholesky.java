package jot.spi;

/**
 * An optional capability of a backend: Cholesky factors of S = diag(c) − Pᵀ diag(1/r) P by the
 * vendor's library.
 *
 * <p>S is singular along the constants, so its heaviest column is grounded: its unknown is 0. What
 * is left is an M-matrix. Its weights are sums of positive numbers and its diagonal comes from
 * {@link Session#rightHandSide}, so nothing cancels before the factorisation; in it pivots are
 * differences, and whoever uses the factor has to look at how good it is.
 */
public interface Cholesky {
  /**
   * Factorises S for the problems of the mask, into memory of its own. Others lose their factor.
   *
   * @param diagonal S_jj, of any content where a column has no mass
   * @param failed scalars ← 0 where there is a factor; it is no statement on how good it is
   */
  void factorise(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer diagonal,
      Buffer failed,
      Buffer active);

  /**
   * y ← S⁻¹ rhs by the factor for the problems of the mask, 0 at the grounded column and where a
   * column has no mass; there rhs is not looked at. Of any content where {@link #factorise} failed.
   */
  void solve(Buffer rhs, Buffer y, Buffer active);
}
