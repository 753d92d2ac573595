package jot.spi;

import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An in-order queue of operations on a batch of m×n problems, with the memory they work on.
 *
 * <p><b>Asynchronous.</b> Every operation may return before it has run. What the host lent ({@link
 * #write} sources, {@link #bind bound} memory) must stay as it is, and what the host will read
 * ({@link #read} destinations, bound outputs) is undefined, until {@link #poll} returns. No
 * operation returns a number: scalars are batch vectors in the session's memory, and an algorithm
 * issues a block of operations before it looks at any of them.
 *
 * <p><b>Masks.</b> {@code active} is a batch of scalars: an operation leaves every problem alone
 * whose scalar is 0, and null means all. So each problem of a batch stops on its own, and its bits
 * are those it has alone.
 *
 * <p><b>Precision.</b> {@link Buffer}s are F64 but for stored matrices, which may be F32;
 * arithmetic is F64 always.
 *
 * <p>Not thread-safe: one thread at a time. After preparation no operation allocates on the heap.
 * An operation that fails (memory closed in flight, a lost device) throws from the operation itself
 * or from the next {@link #poll}. Closing frees all memory and is idempotent.
 */
public interface Session extends AutoCloseable {

  /** Problems in the batch. */
  int batch();

  /** Rows m of a problem. */
  int rows();

  /** Columns n of a problem. */
  int columns();

  /**
   * A session of the same batch of n×m problems on the same queue: buffers of either may be used in
   * both. It closes with this one.
   */
  Session transposed();

  /** Sparse operations on plans of this session, or null where the backend has none. */
  default @Nullable PlanGraph planGraph() {
    return null;
  }

  /** A second level for preconditioners, or null where the backend has none. */
  default @Nullable CoarseSpace coarseSpace() {
    return null;
  }

  /**
   * Cholesky factors by the vendor's library for the systems of this session, or null where the
   * backend has none. The same object every time; it takes memory when it first factorises.
   *
   * @throws IllegalStateException when the backend has one and its library cannot be used here
   */
  default @Nullable Cholesky cholesky() {
    return null;
  }

  // ---- memory ----

  /** F64 vectors of this length, zeroed. */
  Buffer vector(int length);

  /** F64 scalars, zeroed. */
  default Buffer scalar() {
    return vector(1);
  }

  /** Matrices, zeroed. */
  Buffer matrix(DType dtype, int rows, int columns);

  /** A place for memory that the host lends by {@link #bind}; unusable until then. */
  Buffer slot(DType dtype, int rows, int columns);

  /**
   * Lends host memory to a slot, without a copy where the device can read it, until the next bind.
   *
   * @throws IllegalArgumentException when the shape or type differs, or the memory is not
   *     accessible
   */
  void bind(Buffer slot, Tensor memory);

  /** Copies host numbers in, converting the type; element counts must agree. */
  void write(Tensor source, Buffer destination);

  /** Copies host matrices (batch, n, d) in as (batch, d, n): one coordinate a row. */
  void writeTransposed(Tensor source, Buffer destination);

  /** Copies numbers out, converting the type; the destination is valid after {@link #poll}. */
  void read(Buffer source, Tensor destination);

  /** As {@link #read}, but (batch, d, n) comes out as (batch, n, d). */
  void readTransposed(Buffer source, Tensor destination);

  /** Waits until everything issued has run, and rethrows what failed. */
  void poll();

  /** Frees the session's memory. */
  @Override
  void close();

  // ---- vectors; fill, copy, multiply and axpy also on F64 matrices ----

  /** x ← value. */
  void fill(Buffer x, double value, @Nullable Buffer active);

  /** to ← from, converting the type. */
  void copy(Buffer from, Buffer to, @Nullable Buffer active);

  /** out ← x∘y. */
  void multiply(Buffer x, Buffer y, Buffer out, @Nullable Buffer active);

  /** out ← 1/x where x &gt; 0, else 0. */
  void reciprocal(Buffer x, Buffer out, @Nullable Buffer active);

  /** out ← Σ x_i y_i, a scalar. */
  void dot(Buffer x, Buffer y, Buffer out, @Nullable Buffer active);

  /** y ← y + s·(p/q)·x with scalars p and q; p/q counts as 0 where q = 0. */
  void axpy(double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer active);

  /** y ← x + (p/q)·y with scalars p and q; p/q counts as 0 where q = 0. */
  void xpay(Buffer x, Buffer p, Buffer q, Buffer y, @Nullable Buffer active);

  /** out ← max |x_i|, a scalar; NaN where any is. */
  void maxAbs(Buffer x, Buffer out, @Nullable Buffer active);

  /** active ← 0 where not (value &gt; factor·reference): also where anything is NaN. */
  void keepAbove(Buffer value, double factor, Buffer reference, Buffer active);

  /** mean ← mean of x over the entries whose weight is positive; x ← x − mean at every entry. */
  void center(Buffer x, Buffer weight, Buffer mean);

  // ---- the cost ----

  /** What {@link #inspect} reports of a problem, by index into its facts. */
  interface Facts {
    /** Flat index of the first NaN or −∞ of the cost, −1 when there is none. */
    int BAD_ENTRY = 0;

    /** Largest finite |C|. */
    int MAX_COST = 1;

    /** Largest finite entry of the cost less its row and column minima: the range that counts. */
    int RANGE = 2;

    /** Largest |C| after the anchors were taken off. */
    int MAX_ANCHORED_COST = 3;

    /** Index of the first row with mass and no finite cost, −1 when there is none. */
    int BLOCKED_ROW = 4;

    /** Index of the first column with mass and no finite cost, −1 when there is none. */
    int BLOCKED_COLUMN = 5;

    /** Number of facts. */
    int COUNT = 6;
  }

  /**
   * Looks at a cost before work: bad entries, range, and anchors α, β. Anchors are row minima and
   * then column minima where they are large against the range (a shift of C would cost digits),
   * else 0.
   *
   * @param facts length {@link Facts#COUNT}
   */
  void inspect(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer facts);

  /** found ← flat index of the first entry that is not finite, or −1; a scalar. */
  void findNonFinite(Buffer matrix, Buffer found);

  // ---- Sinkhorn ----

  /**
   * f_i ← ε log a_i − ε log Σ_j exp((g_j − c_ij)/ε), with the maximum taken out: safe from
   * anywhere.
   */
  void rowUpdate(MatrixSource.Gibbs plan, Buffer a, @Nullable Buffer active);

  /**
   * g_j ← ε log b_j − ε log Σ_i exp((f_i − c_ij)/ε), with the maximum taken out: safe from
   * anywhere.
   */
  void columnUpdate(MatrixSource.Gibbs plan, Buffer b, @Nullable Buffer active);

  /**
   * One Sinkhorn iteration, rows then columns, one read of the cost and one exp an entry. The
   * entering plan's column sums must be b (as after {@link #columnUpdate} or a sweep), so nothing
   * overflows. First residual ← Σ_i |(P1)_i − a_i| of the <i>entering</i> plan. A problem whose
   * residual is at most its threshold keeps its potentials and becomes inactive; the others take
   * the update and count one more sweep.
   *
   * @param residual on entry that of the last sweep, 0 for none: while it is far above the
   *     threshold and above the errors of F32, a backend may take F32 exponentials; a sweep that
   *     did takes the update whatever it finds
   */
  void sweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active);

  /**
   * {@link #sweep} with both updates times ω: f ← f + ω(f' − f), then the same for g. Ratios of
   * sums beyond e^±20 take the plain update, so column sums stay below e^20·b and nothing
   * overflows. The residual counts both sides: the entering plan's columns are off by {@code
   * columnError}, which becomes that of the leaving plan. Thibault, Chizat, Dossal, Papadakis,
   * "Overrelaxed Sinkhorn-Knopp algorithm for regularized optimal transport", 2021.
   *
   * <p>A backend without it takes plain sweeps: right, and slower.
   *
   * @param omega a scalar between 1 and 2; 1 gives the bits of a plain sweep
   * @param columnError a scalar, Σ_j |(Pᵀ1)_j − b_j| of the entering and then of the leaving plan
   */
  default void relaxedSweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    sweep(plan, a, b, threshold, residual, sweeps, active);
  }

  /**
   * What sweeps on scalings start from, of the potentials f alone: K ← exp((f ⊕ g − c)/ε) and v
   * such that the columns of K diag(v) are b. Where that needs fewer exponentials, g need not be
   * that of {@link #columnUpdate}: then v is not 1, and K is at most b in each of its columns.
   *
   * @param kernel m×n, ← K, of either type
   * @param v length n, ← the scalings; 1 where b is 0, and where K has lost a column to underflow
   */
  default void startScaling(
      MatrixSource.Gibbs plan,
      Buffer b,
      MatrixSource.Stored kernel,
      Buffer v,
      @Nullable Buffer active) {
    columnUpdate(plan, b, active);
    materialise(plan, kernel.values(), active);
    fill(v, 1, active);
  }

  /**
   * The same iteration on scalings: plan diag(u) K diag(v), u ← a/(Kv), v ← b/(Kᵀu), one read of K.
   * Where a scaling would leave [1/limit, limit], see {@link #scalingLimit}, or a sum is 0 the
   * problem is not updated and its {@code stale} becomes 1; else it becomes 0.
   */
  void scalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active);

  /**
   * {@link #scalingSweep} with both updates to the power ω: u ← u (u'/u)^ω, then the same for v; ω
   * and the columns' error as in {@link #relaxedSweep}.
   *
   * <p>A backend without it takes plain sweeps: right, and slower.
   *
   * @param omega a scalar between 1 and 2; 1 gives the bits of a plain sweep
   * @param columnError a scalar, Σ_j |(Pᵀ1)_j − b_j| of the entering and then of the leaving plan
   */
  default void relaxedScalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    scalingSweep(kernel, a, b, u, v, threshold, residual, sweeps, stale, active);
  }

  /**
   * How large scalings of a kernel may grow before they go into the potentials: entries that vanish
   * in its type, below 1e-308 or 1e-38, then stay small.
   */
  static double scalingLimit(MatrixSource.Stored kernel) {
    return kernel.values().dtype() == DType.F32 ? 1e9 : 1e40;
  }

  /** f ← f + ε log u, u ← 1, and the same for g and v. */
  void absorb(Buffer u, Buffer v, Buffer epsilon, Buffer f, Buffer g, @Nullable Buffer active);

  /**
   * The semi-dual at g: f ← the row potentials that make the rows exact, with the maximum taken
   * out; columnSums ← Pᵀ1; value ← ⟨f, a⟩ + ⟨g, b⟩, the dual up to the constant ε Σa; residual ←
   * Σ_j |(Pᵀ1)_j − b_j|. The gradient of the value is b − Pᵀ1. One exp an entry.
   *
   * @param stored m×n, F64, ← P; or null
   */
  void semidual(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer columnSums,
      Buffer value,
      Buffer residual,
      @Nullable Buffer stored,
      @Nullable Buffer active);

  /**
   * g_j ← g_j + ε log(b_j/c_j) where both are positive: a column update from known column sums;
   * finite also where b/c is not.
   */
  void scaleColumns(MatrixSource.Gibbs plan, Buffer b, Buffer columnSums, @Nullable Buffer active);

  /** out ← the entries of the source, in out's type. */
  void materialise(MatrixSource source, Buffer out, @Nullable Buffer active);

  /** A plan stored as F64 together with its {@link #marginals}: one pass where a backend can. */
  default void materialise(
      MatrixSource.Gibbs plan, MatrixSource.Stored out, Buffer rowSums, Buffer columnSums) {
    materialise(plan, out.values(), null);
    marginals(out, rowSums, columnSums);
  }

  /** to ← fromᵀ for stored matrices, in to's type. */
  void transpose(Buffer from, Buffer to, @Nullable Buffer active);

  /** rowCounts_i ← how many entries of row i are at least the threshold. */
  void countAbove(MatrixSource source, double threshold, Buffer rowCounts);

  /**
   * The entries at least the threshold, row after row: their columns and values, into vectors that
   * have room for as many as {@link #countAbove} found.
   */
  void collectAbove(
      MatrixSource source, double threshold, Buffer rowCounts, Buffer columns, Buffer values);

  /**
   * values ← (Σ P C, Σ P log P, Σ P) with C the whole cost, entries with P = 0 skipped; length 3.
   */
  void values(MatrixSource.LogPlan log, Buffer values);

  /** Row and column sums of a plan. */
  void marginals(MatrixSource plan, Buffer rowSums, Buffer columnSums);

  // ---- the marginal system, rows eliminated: MATH 2 ----

  /**
   * Prepares S y = rhs with S = diag(c) − Pᵀ diag(1/r) P, where r and c are the plan's own sums.
   *
   * <p>anchor_i ← J_i = argmax_j P_ij; level_i ← γ_i = G_iJ; share_i ← τ_i = (Σ_j P_ij (G_ij − γ_i)
   * + ε f̄_i)/r_i; rhs_j ← Σ_i P_ij ((G_ij − γ_i) − τ_i) + ε ḡ_j; diagonal_j ← S_jj; entries with P
   * = 0 skipped, so nothing cancels and 0·∞ cannot arise.
   *
   * @param g null for G = 0
   * @param rowCotangent f̄, null for 0
   * @param columnCotangent ḡ, null for 0
   */
  void rightHandSide(
      MatrixSource plan,
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      Buffer rowSums,
      Buffer anchor,
      Buffer level,
      Buffer share,
      Buffer rhs,
      Buffer diagonal);

  /** out ← S v by one read of the plan, anchored: differences of v only, nothing cancels. */
  void laplacian(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer v,
      Buffer out,
      @Nullable Buffer active);

  /**
   * Eliminates S vertex after vertex, each pivot the sum of its remaining weights: no subtraction.
   *
   * @param factor F64 n×n: weights above the diagonal, pivots on it
   * @param components a scalar: connected components found among the columns with mass
   */
  void eliminate(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer factor,
      Buffer components,
      @Nullable Buffer active);

  /** y ← a solution of S y = rhs, 0 at the last vertex of each component. */
  void eliminateSolve(Buffer factor, Buffer rhs, Buffer y, @Nullable Buffer active);

  /** x_i ← τ_i − y_J − Σ_j P_ij (y_j − y_J)/r_i: the eliminated rows, less their level γ. */
  void rowUnknowns(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer share,
      Buffer y,
      Buffer x,
      @Nullable Buffer active);

  /**
   * M = −(1/ε) P∘((G − γ) − x − y) for the plan P of these exponents, and M_iJ ← f̄_i − Σ_{j≠J}
   * M_ij: the row sums are right by construction. For C = |x−y|² also M's pull on the points.
   *
   * @param plan P as it is stored, for backends on which reading it is cheaper than exponentials;
   *     or {@code log.plan()}
   * @param addPlan 1 to add P to M (the sharp cost's own derivative), else 0
   * @param out m×n, or null where no array is wanted
   * @param pointsX ← Σ_j 2 M_ij (x_i − y_j), d×m, or null
   * @param pointsY ← Σ_i 2 M_ij (y_j − x_i), d×n, or null; both or neither
   * @param epsilonDerivative a scalar ← Σ M_ij log P_ij, without the added plan
   */
  void costGradient(
      MatrixSource.LogPlan log,
      MatrixSource plan,
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      Buffer anchor,
      Buffer level,
      Buffer x,
      Buffer y,
      double addPlan,
      @Nullable Buffer out,
      @Nullable Buffer pointsX,
      @Nullable Buffer pointsY,
      Buffer epsilonDerivative,
      @Nullable Buffer active);

  /**
   * One-sided derivatives where there is no mass. Rows with a_i = 0: x_i ← Σ_j q_ij (G_ij − y_j),
   * q_i the softmax of (g_j − c_ij)/ε over the columns with mass; then columns with b_j = 0
   * likewise over the rows with mass. x and y are the whole unknowns, levels included.
   */
  void oneSided(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y);

  /**
   * How the backward pass's system changes with the potentials: W = (1/ε) P∘(G − x − y)∘(d ⊕ e),
   * its row and column sums. x and y are the whole unknowns.
   */
  void sensitivity(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer rowSums,
      Buffer columnSums);

  /** norm ← (1/ε) max |W − P∘(s ⊕ t)|: the change of the cost gradient along the same change. */
  void sensitivityNorm(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer s,
      Buffer t,
      Buffer norm);

  /**
   * Reverse mode through one half-sweep, with P the plan right after it: costGradient += P∘(w ⊕ z),
   * rowSum_i ← Σ_j P_ij z_j, columnSum_j ← Σ_i P_ij w_i, epsilonDerivative += Σ P_ij (w_i + z_j)
   * log P_ij.
   */
  void adjointSweep(
      MatrixSource.LogPlan log,
      Buffer w,
      Buffer z,
      Buffer costGradient,
      Buffer rowSum,
      Buffer columnSum,
      Buffer epsilonDerivative);
}
