package jot.spi;

/**
 * An optional capability of a backend: sparse operations on the graph of a plan, for at small ε few
 * of its entries count. Two things are made of it, problem by problem:
 *
 * <ul>
 *   <li>where the entries above rounding are few, a product with them alone that stands for the
 *       dense one;
 *   <li>a preconditioner: the edges P_ij ≥ θ·min(row maximum, column maximum) and a maximum
 *       spanning forest, their Laplacian eliminated sparsely, every pivot a sum of weights. It is
 *       cheapest where it is needed.
 * </ul>
 */
public interface PlanGraph {
  /**
   * Looks at the plan of the problems of the mask, and collects its entries where they are few.
   *
   * @param rowSums of the plan, which with the column sums say what is below rounding
   * @param exact whether what is left out must be far below the lightest edge that holds the graph
   *     together, so that flows over it are right; else it is below the rounding of the sums of its
   *     row and of its column
   * @param entries a scalar: how many entries count; −1 where they are too many for sparse
   *     operations, or do not hold together as they must
   */
  void scan(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      boolean exact,
      Buffer entries,
      Buffer active);

  /**
   * out ← S v as {@link Session#laplacian}, up to rounding, for problems of the mask that were
   * scanned and have few entries.
   */
  void product(Buffer rowSums, Buffer v, Buffer out, Buffer active);

  /**
   * Builds the preconditioner for the problems of the mask, of the plan that was scanned last.
   *
   * @param rhs right-hand sides to come. Parts of a graph that was scanned inexactly stay apart
   *     where theirs is rounding; an exactly scanned one is always held together
   * @param kept a scalar: how many edges may be kept, and then how many were; −1 where they would
   *     have been more, and nothing was built
   */
  void build(MatrixSource plan, Buffer rhs, Buffer kept, Buffer active);

  /** z ← M⁻¹ r on the columns, for the problems of the mask. */
  void apply(Buffer r, Buffer z, Buffer active);

  /** Entries of the factor that was built last for a problem: its fill. Valid after a poll. */
  long fill(int problem);
}
