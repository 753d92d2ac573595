package jot.spi.host;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops of a CPU backend: each works on rows of {@code n} consecutive numbers that start
 * at a byte offset of a native segment. {@link HostSession} brings the rows; implementations differ
 * in speed and in nothing else, so the scalar one is the reference of the vectorised one.
 *
 * <p>All numbers are F64 but where a name says F32. Segments are native, offsets are multiples of
 * the element size and may be aligned to nothing more. Sums run in a fixed order that depends on
 * {@code n} (and the vector width) alone. −∞ and +∞ are ordinary inputs where a method says so;
 * nothing allocates.
 *
 * <p><b>Whose memory.</b> Any operand may be memory that a user has lent, which may close while a
 * kernel runs, but for these, which are of the session's own arena: all of {@link #dots}, {@link
 * #axpys}, {@link #dotsInF32}, {@link #axpysInF32}, {@link #anchoredDots}, {@link #addAnchoreds},
 * {@link #addLog} and {@link #addTile}; all but c of {@link #gibbsInF32}, {@link #gibbsToF32} and
 * the {@link #gibbsInRange} of rows; g of the one of a row.
 */
public interface RowKernels {

  /** dst_j ← src_j, F32 to F64. */
  void widen(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n);

  /** dst_j ← src_j, F64 to F32, rounded to nearest. */
  void narrow(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n);

  /** dst_j ← value. */
  void fill(double value, MemorySegment dst, long dstAt, int n);

  // ---- the plan's row ----

  /**
   * dst_j ← exp((f + g_j − ((c_j − alpha) − beta_j))/ε), flushed to 0 below 2⁻¹⁰²².
   *
   * <p>The exponent is ((f + g_j) − ((c_j − alpha) − beta_j))·inverseEpsilon, or the same in base 2
   * with inverseEpsilon·log₂e for its rate. c_j may be +∞ and g_j −∞ (the result is 0); f is
   * finite.
   *
   * @return Σ dst_j
   */
  double gibbs(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /** As {@link #gibbs} with alpha = 0 and beta = 0: the same bits as with a beta of zeros. */
  double gibbs(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /**
   * As {@link #gibbs} with alpha = 0 and beta = 0, to the bit, where every exponent is known to be
   * finite and |((f + g_j) − c_j)·inverseEpsilon| ≤ 700: no number leaves the normal range.
   */
  default double gibbsInRange(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    return gibbs(c, cAt, g, gAt, f, inverseEpsilon, dst, dstAt, n);
  }

  /** {@link #gibbsInRange} of some rows, each with the f of its own; sums_r ← Σ_j dst_rj. */
  default void gibbsInRange(
      int rows,
      MemorySegment c,
      long cAt,
      long cStride,
      MemorySegment g,
      long gAt,
      MemorySegment f,
      long fAt,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      long dstStride,
      MemorySegment sums,
      long sumsAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      double own = f.get(Layouts.F64, fAt + 8L * r);
      double sum =
          gibbsInRange(
              c, cAt + r * cStride, g, gAt, own, inverseEpsilon, dst, dstAt + r * dstStride, n);
      sums.set(Layouts.F64, sumsAt + 8L * r, sum);
    }
  }

  /** As {@link #gibbs} with alpha = 0 and beta = 0, of F32 costs. */
  double gibbsF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /**
   * dst_j ← exp(((g_j − c_j) + f)·inverseEpsilon) in F32 throughout, costs, potentials and results:
   * each is off by a few 2⁻²⁴ of (|c_j| + |f| + |g_j|)/ε, and 2⁻¹²⁶ below that. What a sweep far
   * from its limit may take; a NaN among the numbers need not show.
   *
   * @return Σ dst_j, off by 2⁻¹⁹ of itself at most
   */
  double gibbsInF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      float f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /**
   * dst_j ← exp(((f + g_j) − c_j)·inverseEpsilon), the exponents in F64 and rounded to F32, their
   * exponentials in F32: each is off by (½|x| + 2)·2⁻²³ of itself for an exponent x, and 2⁻¹²⁶
   * below that. A NaN among the numbers need not show.
   *
   * @return Σ dst_j, off by 2⁻¹⁹ of itself at most
   */
  double gibbsToF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /**
   * dst_j ← exp(((f + g_j) − c_j)·inverseEpsilon), made in F64 and rounded to F32: off by 1.2·2⁻²⁴
   * of itself, 0 below 2⁻¹²⁶. c_j may be +∞ and g_j −∞; f is finite.
   */
  void gibbsAsF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /** dst_j ← the exponent of {@link #gibbs}; −∞ wherever gibbs gives 0. */
  void exponents(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n);

  /** max_j g_j − ((c_j − alpha) − beta_j); −∞ when every term is. */
  double maxSlack(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      int n);

  /** top_j ← max(top_j, f − ((c_j − alpha) − beta_j)): a row's part in the columns' maxima. */
  void raiseTops(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      int n);

  /**
   * sum_j ← sum_j + exp((f − ((c_j − alpha) − beta_j) − top_j)/ε): a row's part in the columns'
   * sums. Where top_j = −∞ nothing is added.
   */
  void addColumnExp(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      double inverseEpsilon,
      MemorySegment sum,
      long sumAt,
      int n);

  /**
   * dst_j ← |x − y_j|², with x's coordinate k at {@code x[xAt + k·xStride]}, y's row k likewise.
   */
  void squaredDistance(
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      long yStride,
      int dimensions,
      MemorySegment dst,
      long dstAt,
      int n);

  // ---- reductions ----

  /** Numbers of F32 that are added up in F32 at most, before they go on in F64. */
  int RUN = 4;

  /** Σ x_j. */
  double sum(MemorySegment x, long xAt, int n);

  /** Σ x_j y_j. */
  double dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n);

  /**
   * out_r ← Σ_j x_rj y_j for some rows x, one read of y for four of them. Rows are {@code xStride}
   * bytes apart.
   */
  void dots(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n);

  /**
   * As {@link #dots} with rows and y of F32, none below 0: runs of at most {@link #RUN} products
   * are added up in F32, each off by 2⁻²² of itself at most, and the runs in F64.
   */
  void dotsInF32(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n);

  /** Σ x_j y_j over the entries with x_j ≠ 0: y may be infinite elsewhere. */
  double dotSupport(MemorySegment x, long xAt, MemorySegment y, long yAt, int n);

  /** The smallest j of the largest x_j; no NaN among them. */
  int argMax(MemorySegment x, long xAt, int n);

  /** Largest finite |x_j − alpha|, 0 when none is finite. */
  double maxAbsFinite(MemorySegment x, long xAt, double alpha, int n);

  /**
   * Smallest j with x_j NaN or −∞ (or +∞ too, when {@code refuseInfinity}); −1 when there is none.
   */
  int findBad(MemorySegment x, long xAt, boolean refuseInfinity, int n);

  /**
   * out_0 ← max |x_j| and out_1 ← max_j g_j − x_j, −∞ when every term is; g_j is finite or −∞.
   *
   * @return whether every x_j is finite; where not, out is undefined
   */
  boolean extremes(
      MemorySegment x, long xAt, MemorySegment g, long gAt, MemorySegment out, long outAt, int n);

  // ---- products of many rows ----

  /** Rows of a tile of {@link #addTile}. */
  int TILE_ROWS = 6;

  /** Columns of a tile of {@link #addTile}. */
  int tileColumns();

  /**
   * c_rj ← c_rj + Σ_k s_kr x_kj, a full tile: k below {@code depth}, r below {@link #TILE_ROWS}, j
   * below {@link #tileColumns}. s and x are packed, k after k; rows of c are {@code cStride} bytes
   * apart.
   */
  void addTile(
      int depth,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      MemorySegment c,
      long cAt,
      long cStride);

  /**
   * A row cut into pieces of {@code width}, each to a place of its own: to[8j + tileStride·t] ←
   * factor·row_{t·width + j}, zeros where the row ends within a piece.
   */
  void pack(
      double factor,
      MemorySegment row,
      long rowAt,
      int width,
      MemorySegment to,
      long toAt,
      long tileStride,
      int n);

  // ---- elementwise ----

  /** y_j ← y_j + s x_j. */
  void axpy(double s, MemorySegment x, long xAt, MemorySegment y, long yAt, int n);

  /** y_j ← y_j + Σ_r s_r x_rj, the rows in their order: the bits of one {@link #axpy} a row. */
  void axpys(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n);

  /**
   * As {@link #axpys} with rows of F32, neither they nor the factors below 0: what a few rows add
   * is added up in F32, off by 2⁻²¹ of itself at most. Factors are at most 10³⁰, for they become
   * F32.
   */
  void axpysInF32(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n);

  /** out_j ← s x_j and y_j ← y_j + s x_j. */
  void addScaled(
      double s,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n);

  /**
   * y_j ← y_j + s log(p_j/q_j), p_j and q_j at least 0 or NaN; where the quotient is no positive
   * normal number y_j stays as it is.
   *
   * @return whether every quotient was one
   */
  boolean addLog(
      double s,
      MemorySegment p,
      long pAt,
      MemorySegment q,
      long qAt,
      MemorySegment y,
      long yAt,
      int n);

  /** y_j ← x_j + s y_j. */
  void xpay(MemorySegment x, long xAt, double s, MemorySegment y, long yAt, int n);

  /** out_j ← x_j y_j. */
  void multiply(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment out, long outAt, int n);

  /** low_j ← min(low_j, x_j − alpha); high_j ← max(high_j, x_j − alpha) where that is finite. */
  void bound(
      MemorySegment x,
      long xAt,
      double alpha,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      int n);

  /** {@link #bound} of some rows, each less an alpha of its own, where all of that is finite. */
  default void bounds(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment alphas,
      long alphasAt,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      double alpha = alphas.get(Layouts.F64, alphasAt + 8L * r);
      bound(x, xAt + r * xStride, alpha, low, lowAt, high, highAt, n);
    }
  }

  /**
   * First j ≥ from with x_j &gt; 0 and x_j ≥ min(bound, share·top_j); n where there is none. All
   * are at least 0 and no NaN.
   */
  int nextAtLeast(
      MemorySegment x,
      long xAt,
      double bound,
      MemorySegment top,
      long topAt,
      double share,
      int from,
      int n);

  // ---- the marginal system ----

  /** Σ p_j (g_j − level) over the entries with p_j &gt; 0. */
  double weightedDeviation(
      MemorySegment p, long pAt, MemorySegment g, long gAt, double level, int n);

  /** out_j ← out_j + p_j ((g_j − level) − share) where p_j &gt; 0. */
  void addDeviation(
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double share,
      MemorySegment out,
      long outAt,
      int n);

  /** out_j ← out_j + p_j (r − p_j)/r: the Laplacian's diagonal, but for the row's anchor. */
  void addDiagonal(MemorySegment p, long pAt, double r, MemorySegment out, long outAt, int n);

  /** Σ p_j (v_j − vAnchor). */
  double anchoredDot(MemorySegment p, long pAt, MemorySegment v, long vAt, double vAnchor, int n);

  /** out_r ← Σ_j p_rj (v_j − anchor_r) for some rows p, {@code pStride} bytes apart. */
  void anchoredDots(
      int rows,
      MemorySegment p,
      long pAt,
      long pStride,
      MemorySegment v,
      long vAt,
      MemorySegment anchors,
      long anchorsAt,
      MemorySegment out,
      long outAt,
      int n);

  /**
   * out_j ← out_j + Σ_r p_rj ((v_j − anchor_r) − d_r), the rows in their order: the bits of one
   * {@link #addAnchored} a row.
   */
  void addAnchoreds(
      int rows,
      MemorySegment p,
      long pAt,
      long pStride,
      MemorySegment v,
      long vAt,
      MemorySegment anchors,
      long anchorsAt,
      MemorySegment d,
      long dAt,
      MemorySegment out,
      long outAt,
      int n);

  /** out_j ← out_j + p_j ((v_j − vAnchor) − d). */
  void addAnchored(
      MemorySegment p,
      long pAt,
      MemorySegment v,
      long vAt,
      double vAnchor,
      double d,
      MemorySegment out,
      long outAt,
      int n);

  /** dst_j ← scale·p_j (((g_j − level) − x) − y_j) where p_j &gt; 0, else 0. */
  void gradientRow(
      double scale,
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double x,
      MemorySegment y,
      long yAt,
      MemorySegment dst,
      long dstAt,
      int n);

  /**
   * Σ x_j ((v_j − ((c_j − alpha) − beta_j)) + shift) over the entries with x_j ≠ 0: v and c may be
   * infinite elsewhere.
   */
  double dotExponents(
      MemorySegment x,
      long xAt,
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment v,
      long vAt,
      double shift,
      int n);

  /** out_j ← out_j + p_j (w + z_j), z_j finite. */
  void addPlanTimes(
      MemorySegment p,
      long pAt,
      double w,
      MemorySegment z,
      long zAt,
      MemorySegment out,
      long outAt,
      int n);
}
