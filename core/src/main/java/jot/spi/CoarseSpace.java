package jot.spi;

/**
 * An optional capability of a backend: the second level of a preconditioner. Where the plan is
 * local, as that of points at small ε, conjugate gradients with the diagonal are slow because mass
 * is exchanged between neighbours alone: some hundred groups of columns and the Laplacian between
 * the groups carry it far in one step. R. A. Nicolaides, "Deflation of conjugate gradients with
 * applications to boundary value problems", 1987, whose subspace this is; it is added to the
 * diagonal here.
 */
public interface CoarseSpace {
  /**
   * Groups the columns of the problems of the mask and eliminates the Laplacian between the groups:
   * two reads of the plan at most, O(n) memory for each of at most 96 groups.
   *
   * @param rowSums of the plan
   * @param columnSums of the plan; columns without mass are in no group
   * @param anchor the column of each row's largest entry, as {@link Session#rightHandSide} leaves
   *     it
   */
  void build(MatrixSource plan, Buffer rowSums, Buffer columnSums, Buffer anchor, Buffer active);

  /** z ← z + Z S_c⁻¹ Zᵀ r for the problems of the mask, Z the groups, S_c = Zᵀ S Z. */
  void add(Buffer r, Buffer z, Buffer active);
}
