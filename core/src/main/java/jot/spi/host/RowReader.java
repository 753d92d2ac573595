package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.MatrixSource;
import jot.tensor.DType;

/**
 * Brings one row of a {@link MatrixSource} as F64 numbers: where they lie, or made in a row of its
 * own that stays in cache. A reader holds one row at a time; a worker has one for each matrix of an
 * operation.
 */
final class RowReader {
  private final RowKernels kernels;
  private final int columns;
  private final MemorySegment scratch;
  private final long rowAt;
  private final long costAt;

  /** Where the row is after {@link #read}. */
  MemorySegment segment;

  /** Byte offset of the row in {@link #segment}. */
  long at;

  /** The row's sum, after reading a {@link MatrixSource.Gibbs} plan. */
  double sum;

  RowReader(RowKernels kernels, int columns, MemorySegment scratch, long rowAt, long costAt) {
    this.kernels = kernels;
    this.columns = columns;
    this.scratch = scratch;
    this.rowAt = rowAt;
    this.costAt = costAt;
    this.segment = scratch;
    this.at = rowAt;
  }

  MemorySegment ownRow() {
    return scratch;
  }

  long ownAt() {
    return rowAt;
  }

  /** Brings the row, from the source's first column to its last. */
  void read(MatrixSource source, int problem, int row) {
    if (source instanceof MatrixSource.Gibbs plan) {
      gibbs(plan, problem, row, HostBuffer.of(plan.f()).get(problem, row));
    } else if (source instanceof MatrixSource.LogPlan log) {
      exponents(log.plan(), problem, row);
    } else {
      plain(source, problem, row, rowAt);
    }
  }

  /** The plan's row for another row potential f: finite, or −∞ for a row of zeros. */
  void gibbs(MatrixSource.Gibbs plan, int problem, int row, double f) {
    gibbs(plan, problem, row, f, false, scratch, rowAt);
  }

  /**
   * {@link #gibbs} to a place of the caller's, which is then where the row lies.
   *
   * @param inRange whether {@link Exponents#areInRange} says so, and f is the potential it has seen
   */
  void gibbs(
      MatrixSource.Gibbs plan,
      int problem,
      int row,
      double f,
      boolean inRange,
      MemorySegment to,
      long toAt) {
    if (f == Double.NEGATIVE_INFINITY) {
      kernels.fill(0, to, toAt, columns);
      sum = 0;
    } else if (isStoredF32(plan.cost())
        && !HostBuffer.of(plan.columnAnchor()).mayBeNonZero(problem)) {
      HostBuffer cost = HostBuffer.of(((MatrixSource.Stored) plan.cost()).values());
      HostBuffer g = HostBuffer.of(plan.g());
      double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
      sum =
          kernels.gibbsF32(
              cost.segment,
              cost.at(problem, row),
              g.segment,
              g.at(problem),
              f,
              inverse,
              to,
              toAt,
              columns);
    } else {
      plain(plan.cost(), problem, row, costAt);
      HostBuffer beta = HostBuffer.of(plan.columnAnchor());
      HostBuffer g = HostBuffer.of(plan.g());
      double alpha = HostBuffer.of(plan.rowAnchor()).get(problem, row);
      double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
      if (beta.mayBeNonZero(problem)) {
        sum =
            kernels.gibbs(
                segment,
                at,
                alpha,
                beta.segment,
                beta.at(problem),
                g.segment,
                g.at(problem),
                f,
                inverse,
                to,
                toAt,
                columns);
      } else if (inRange) {
        sum =
            kernels.gibbsInRange(
                segment, at, g.segment, g.at(problem), f, inverse, to, toAt, columns);
      } else {
        sum = kernels.gibbs(segment, at, g.segment, g.at(problem), f, inverse, to, toAt, columns);
      }
    }
    segment = to;
    at = toAt;
  }

  /** The plan's rows from first to last, of a stored cost of F64 and exponents in range. */
  void gibbsInRange(
      MatrixSource.Gibbs plan,
      int problem,
      int first,
      int last,
      MemorySegment to,
      long toAt,
      long stride,
      MemorySegment sums) {
    HostBuffer cost = HostBuffer.of(((MatrixSource.Stored) plan.cost()).values());
    HostBuffer f = HostBuffer.of(plan.f());
    HostBuffer g = HostBuffer.of(plan.g());
    kernels.gibbsInRange(
        last - first,
        cost.segment,
        cost.at(problem, first),
        8L * columns,
        g.segment,
        g.at(problem),
        f.segment,
        f.at(problem) + 8L * first,
        1 / HostBuffer.of(plan.epsilon()).get(problem, 0),
        to,
        toAt,
        stride,
        sums,
        0,
        columns);
  }

  /**
   * The plan's row in that row of a matrix, which is where it lies then if that is of F64; of F32,
   * each entry is rounded once where there are no anchors, and the reader holds no row afterwards.
   *
   * @param inRange whether {@link Exponents#areInRange} says so; nothing to F32
   */
  void gibbs(MatrixSource.Gibbs plan, int problem, int row, boolean inRange, HostBuffer out) {
    long outAt = out.at(problem, row);
    if (out.dtype() == DType.F32) {
      gibbsAsF32(plan, problem, row, out.segment, outAt);
    } else {
      double f = HostBuffer.of(plan.f()).get(problem, row);
      gibbs(plan, problem, row, f, inRange, out.segment, outAt);
    }
  }

  private void gibbsAsF32(
      MatrixSource.Gibbs plan, int problem, int row, MemorySegment to, long toAt) {
    double f = HostBuffer.of(plan.f()).get(problem, row);
    if (f == Double.NEGATIVE_INFINITY || HostBuffer.of(plan.columnAnchor()).mayBeNonZero(problem)) {
      gibbs(plan, problem, row, f);
      kernels.narrow(segment, at, to, toAt, columns);
      return;
    }
    plain(plan.cost(), problem, row, costAt);
    HostBuffer g = HostBuffer.of(plan.g());
    double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    kernels.gibbsAsF32(segment, at, g.segment, g.at(problem), f, inverse, to, toAt, columns);
  }

  /** Holds a row that another hand has made. */
  void take(MemorySegment row, long rowAt, double rowSum) {
    segment = row;
    at = rowAt;
    sum = rowSum;
  }

  /**
   * The plan's row as F32 in a place of the caller's, by {@link Coarse coarse} arithmetic.
   *
   * @param narrow the column potentials as F32, for costs of F32
   * @return its sum
   */
  double coarse(
      MatrixSource.Gibbs plan,
      int problem,
      int row,
      double f,
      MemorySegment narrow,
      long narrowAt,
      MemorySegment to,
      long toAt) {
    double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    if (isStoredF32(plan.cost())) {
      HostBuffer cost = HostBuffer.of(((MatrixSource.Stored) plan.cost()).values());
      return kernels.gibbsInF32(
          cost.segment,
          cost.at(problem, row),
          narrow,
          narrowAt,
          (float) f,
          inverse,
          to,
          toAt,
          columns);
    }
    plain(plan.cost(), problem, row, costAt);
    HostBuffer g = HostBuffer.of(plan.g());
    return kernels.gibbsToF32(segment, at, g.segment, g.at(problem), f, inverse, to, toAt, columns);
  }

  static boolean isStoredF32(MatrixSource source) {
    return isStored(source, DType.F32);
  }

  static boolean isStoredF64(MatrixSource source) {
    return isStored(source, DType.F64);
  }

  private static boolean isStored(MatrixSource source, DType dtype) {
    return source instanceof MatrixSource.Stored stored && stored.values().dtype() == dtype;
  }

  /** Where the numbers lie that a plan's row is made from: for {@link Worker#groupAt}. */
  long sourceAddress(MatrixSource.Gibbs plan, int problem, int row) {
    if (plan.cost() instanceof MatrixSource.Stored stored) {
      HostBuffer values = HostBuffer.of(stored.values());
      return values.segment.address() + values.at(problem, row);
    }
    return scratch.address() + costAt;
  }

  /** max_j g_j − c_ij: what takes a row update from anywhere to safety. */
  double maxSlack(MatrixSource.Gibbs plan, int problem, int row) {
    plain(plan.cost(), problem, row, costAt);
    HostBuffer beta = HostBuffer.of(plan.columnAnchor());
    HostBuffer g = HostBuffer.of(plan.g());
    double alpha = HostBuffer.of(plan.rowAnchor()).get(problem, row);
    return kernels.maxSlack(
        segment, at, alpha, beta.segment, beta.at(problem), g.segment, g.at(problem), columns);
  }

  private void exponents(MatrixSource.Gibbs plan, int problem, int row) {
    double f = HostBuffer.of(plan.f()).get(problem, row);
    if (f == Double.NEGATIVE_INFINITY) {
      kernels.fill(Double.NEGATIVE_INFINITY, scratch, rowAt, columns);
    } else {
      plain(plan.cost(), problem, row, costAt);
      HostBuffer beta = HostBuffer.of(plan.columnAnchor());
      HostBuffer g = HostBuffer.of(plan.g());
      double alpha = HostBuffer.of(plan.rowAnchor()).get(problem, row);
      double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
      kernels.exponents(
          segment,
          at,
          alpha,
          beta.segment,
          beta.at(problem),
          g.segment,
          g.at(problem),
          f,
          inverse,
          scratch,
          rowAt,
          columns);
    }
    segment = scratch;
    at = rowAt;
  }

  /** A row that is no plan's; made at {@code to} where it does not lie in memory as F64. */
  private void plain(MatrixSource source, int problem, int row, long to) {
    if (source instanceof MatrixSource.Stored stored) {
      HostBuffer values = HostBuffer.of(stored.values());
      if (values.dtype() == DType.F64) {
        segment = values.segment;
        at = values.at(problem, row);
        return;
      }
      kernels.widen(values.segment, values.at(problem, row), scratch, to, columns);
    } else if (source instanceof MatrixSource.SquaredDistance points) {
      HostBuffer x = HostBuffer.of(points.x());
      HostBuffer y = HostBuffer.of(points.y());
      kernels.squaredDistance(
          x.segment,
          x.at(problem) + 8L * row,
          8L * x.columns(),
          y.segment,
          y.at(problem),
          8L * y.columns(),
          x.rows(),
          scratch,
          to,
          columns);
    } else if (source instanceof MatrixSource.LowRank product) {
      HostBuffer u = HostBuffer.of(product.u());
      HostBuffer v = HostBuffer.of(product.v());
      kernels.fill(0, scratch, to, columns);
      for (int k = 0; k < u.rows(); k++) {
        double factor = u.get(problem, (long) k * u.columns() + row);
        kernels.axpy(factor, v.segment, v.at(problem, k), scratch, to, columns);
      }
    } else {
      throw new IllegalArgumentException(
          "source: a cost must be stored or made from points, received " + source);
    }
    segment = scratch;
    at = to;
  }
}
