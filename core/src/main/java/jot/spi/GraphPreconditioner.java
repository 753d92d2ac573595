package jot.spi;

/**
 * An optional capability of a backend: a preconditioner for the marginal system made from the
 * plan's own graph. The edges P_ij ≥ θ·min(row maximum, column maximum) and a maximum spanning
 * forest are kept, and their Laplacian is eliminated sparsely, every pivot a sum of weights. It is
 * cheapest where it is needed: at small ε a plan has few entries that count.
 */
public interface GraphPreconditioner {
  /**
   * Builds it for the problems of the mask, from a stored plan.
   *
   * @param kept a scalar: how many edges may be kept, and then how many were; −1 where they would
   *     have been more, and nothing was built
   */
  void build(MatrixSource.Stored plan, Buffer kept, Buffer active);

  /** z ← M⁻¹ r on the columns, for the problems of the mask. */
  void apply(Buffer r, Buffer z, Buffer active);
}
