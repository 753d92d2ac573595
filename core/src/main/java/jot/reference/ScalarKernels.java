package jot.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.spi.host.RowKernels;

/**
 * The inner loops as their formulas stand, one number after the other: what every faster
 * implementation is tested against. Sums run from left to right.
 */
final class ScalarKernels implements RowKernels {
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The smallest normal number: what is below it counts as 0, on every backend. */
  private static final double NORMAL = Double.MIN_NORMAL;

  private static double get(MemorySegment x, long at, int j) {
    return x.get(F64, at + 8L * j);
  }

  private static void set(MemorySegment x, long at, int j, double value) {
    x.set(F64, at + 8L * j, value);
  }

  private static double exp(double x) {
    double e = Math.exp(x);
    return e < NORMAL ? 0 : e;
  }

  @Override
  public void widen(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n) {
    for (int j = 0; j < n; j++) {
      set(dst, dstAt, j, src.get(F32, srcAt + 4L * j));
    }
  }

  @Override
  public void narrow(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n) {
    for (int j = 0; j < n; j++) {
      dst.set(F32, dstAt + 4L * j, (float) get(src, srcAt, j));
    }
  }

  @Override
  public void fill(double value, MemorySegment dst, long dstAt, int n) {
    for (int j = 0; j < n; j++) {
      set(dst, dstAt, j, value);
    }
  }

  @Override
  public double gibbs(
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
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double anchored = (get(c, cAt, j) - alpha) - get(beta, betaAt, j);
      double e = exp((f + get(g, gAt, j) - anchored) * inverseEpsilon);
      set(dst, dstAt, j, e);
      sum += e;
    }
    return sum;
  }

  @Override
  public double gibbs(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double e = exp((f + get(g, gAt, j) - get(c, cAt, j)) * inverseEpsilon);
      set(dst, dstAt, j, e);
      sum += e;
    }
    return sum;
  }

  @Override
  public double gibbsF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double e = exp((f + get(g, gAt, j) - c.get(F32, cAt + 4L * j)) * inverseEpsilon);
      set(dst, dstAt, j, e);
      sum += e;
    }
    return sum;
  }

  @Override
  public double gibbsInF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      float f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      float slack = g.get(F32, gAt + 4L * j) - c.get(F32, cAt + 4L * j) + f;
      float e = (float) Math.exp(slack * inverseEpsilon);
      e = e < Float.MIN_NORMAL ? 0 : e;
      dst.set(F32, dstAt + 4L * j, e);
      sum += e;
    }
    return sum;
  }

  @Override
  public double gibbsToF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      float x = (float) ((f + get(g, gAt, j) - get(c, cAt, j)) * inverseEpsilon);
      float e = (float) Math.exp(x);
      e = e < Float.MIN_NORMAL ? 0 : e;
      dst.set(F32, dstAt + 4L * j, e);
      sum += e;
    }
    return sum;
  }

  @Override
  public void exponents(
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
      int n) {
    for (int j = 0; j < n; j++) {
      double anchored = (get(c, cAt, j) - alpha) - get(beta, betaAt, j);
      double x = (f + get(g, gAt, j) - anchored) * inverseEpsilon;
      set(dst, dstAt, j, exp(x) > 0 ? x : Double.NEGATIVE_INFINITY);
    }
  }

  @Override
  public double maxSlack(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      int n) {
    double top = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      double anchored = (get(c, cAt, j) - alpha) - get(beta, betaAt, j);
      top = Math.max(top, get(g, gAt, j) - anchored);
    }
    return top;
  }

  @Override
  public void raiseTops(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double anchored = (get(c, cAt, j) - alpha) - get(beta, betaAt, j);
      set(top, topAt, j, Math.max(get(top, topAt, j), f - anchored));
    }
  }

  @Override
  public void addColumnExp(
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
      int n) {
    for (int j = 0; j < n; j++) {
      double most = get(top, topAt, j);
      if (most > Double.NEGATIVE_INFINITY) {
        double anchored = (get(c, cAt, j) - alpha) - get(beta, betaAt, j);
        double e = exp((f - anchored - most) * inverseEpsilon);
        set(sum, sumAt, j, get(sum, sumAt, j) + e);
      }
    }
  }

  @Override
  public void squaredDistance(
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      long yStride,
      int dimensions,
      MemorySegment dst,
      long dstAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int k = 0; k < dimensions; k++) {
        double d = x.get(F64, xAt + k * xStride) - y.get(F64, yAt + k * yStride + 8L * j);
        sum += d * d;
      }
      set(dst, dstAt, j, sum);
    }
  }

  @Override
  public double sum(MemorySegment x, long xAt, int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += get(x, xAt, j);
    }
    return sum;
  }

  @Override
  public double dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += get(x, xAt, j) * get(y, yAt, j);
    }
    return sum;
  }

  @Override
  public void dots(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      set(out, outAt, r, dot(x, xAt + r * xStride, y, yAt, n));
    }
  }

  @Override
  public void dotsInF32(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += (double) x.get(F32, xAt + r * xStride + 4L * j) * y.get(F32, yAt + 4L * j);
      }
      set(out, outAt, r, sum);
    }
  }

  @Override
  public double dotSupport(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double weight = get(x, xAt, j);
      sum += weight == 0 ? 0 : weight * get(y, yAt, j);
    }
    return sum;
  }

  @Override
  public int argMax(MemorySegment x, long xAt, int n) {
    int best = 0;
    for (int j = 0; j < n; j++) {
      if (get(x, xAt, j) > get(x, xAt, best)) {
        best = j;
      }
    }
    return best;
  }

  @Override
  public double maxAbsFinite(MemorySegment x, long xAt, double alpha, int n) {
    double largest = 0;
    for (int j = 0; j < n; j++) {
      double size = Math.abs(get(x, xAt, j) - alpha);
      if (size < Double.POSITIVE_INFINITY && size > largest) {
        largest = size;
      }
    }
    return largest;
  }

  @Override
  public int nextAtLeast(
      MemorySegment x,
      long xAt,
      double bound,
      MemorySegment top,
      long topAt,
      double share,
      int from,
      int n) {
    for (int j = from; j < n; j++) {
      double value = get(x, xAt, j);
      if (value > 0 && value >= Math.min(bound, share * get(top, topAt, j))) {
        return j;
      }
    }
    return n;
  }

  @Override
  public int findBad(MemorySegment x, long xAt, boolean refuseInfinity, int n) {
    for (int j = 0; j < n; j++) {
      double value = get(x, xAt, j);
      boolean infinite = value == Double.POSITIVE_INFINITY && refuseInfinity;
      if (value == Double.NEGATIVE_INFINITY || infinite || Double.isNaN(value)) {
        return j;
      }
    }
    return -1;
  }

  @Override
  public void axpy(double s, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    for (int j = 0; j < n; j++) {
      set(y, yAt, j, get(y, yAt, j) + s * get(x, xAt, j));
    }
  }

  @Override
  public void axpys(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      axpy(get(s, sAt, r), x, xAt + r * xStride, y, yAt, n);
    }
  }

  @Override
  public void axpysInF32(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    for (int r = 0; r < rows; r++) {
      double scale = (float) get(s, sAt, r);
      for (int j = 0; j < n; j++) {
        set(y, yAt, j, get(y, yAt, j) + scale * x.get(F32, xAt + r * xStride + 4L * j));
      }
    }
  }

  @Override
  public void addScaled(
      double s,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double scaled = s * get(x, xAt, j);
      set(out, outAt, j, scaled);
      set(y, yAt, j, get(y, yAt, j) + scaled);
    }
  }

  @Override
  public boolean addLog(
      double s,
      MemorySegment p,
      long pAt,
      MemorySegment q,
      long qAt,
      MemorySegment y,
      long yAt,
      int n) {
    boolean all = true;
    for (int j = 0; j < n; j++) {
      double quotient = get(p, pAt, j) / get(q, qAt, j);
      if (quotient >= NORMAL && quotient <= Double.MAX_VALUE) {
        set(y, yAt, j, get(y, yAt, j) + s * Math.log(quotient));
      } else {
        all = false;
      }
    }
    return all;
  }

  @Override
  public void xpay(MemorySegment x, long xAt, double s, MemorySegment y, long yAt, int n) {
    for (int j = 0; j < n; j++) {
      set(y, yAt, j, get(x, xAt, j) + s * get(y, yAt, j));
    }
  }

  @Override
  public void multiply(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment out, long outAt, int n) {
    for (int j = 0; j < n; j++) {
      set(out, outAt, j, get(x, xAt, j) * get(y, yAt, j));
    }
  }

  @Override
  public void bound(
      MemorySegment x,
      long xAt,
      double alpha,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double value = get(x, xAt, j) - alpha;
      if (value < Double.POSITIVE_INFINITY) {
        set(low, lowAt, j, Math.min(get(low, lowAt, j), value));
        set(high, highAt, j, Math.max(get(high, highAt, j), value));
      }
    }
  }

  @Override
  public double weightedDeviation(
      MemorySegment p, long pAt, MemorySegment g, long gAt, double level, int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double weight = get(p, pAt, j);
      sum += weight > 0 ? weight * (get(g, gAt, j) - level) : 0;
    }
    return sum;
  }

  @Override
  public void addDeviation(
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double share,
      MemorySegment out,
      long outAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double weight = get(p, pAt, j);
      if (weight > 0) {
        double part = weight * (get(g, gAt, j) - level - share);
        set(out, outAt, j, get(out, outAt, j) + part);
      }
    }
  }

  @Override
  public void addDiagonal(
      MemorySegment p, long pAt, double r, MemorySegment out, long outAt, int n) {
    for (int j = 0; j < n; j++) {
      double weight = get(p, pAt, j);
      set(out, outAt, j, get(out, outAt, j) + weight * (r - weight) / r);
    }
  }

  @Override
  public double anchoredDot(
      MemorySegment p, long pAt, MemorySegment v, long vAt, double vAnchor, int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += get(p, pAt, j) * (get(v, vAt, j) - vAnchor);
    }
    return sum;
  }

  @Override
  public void addAnchored(
      MemorySegment p,
      long pAt,
      MemorySegment v,
      long vAt,
      double vAnchor,
      double d,
      MemorySegment out,
      long outAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double part = get(p, pAt, j) * (get(v, vAt, j) - vAnchor - d);
      set(out, outAt, j, get(out, outAt, j) + part);
    }
  }

  @Override
  public void gradientRow(
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
      int n) {
    for (int j = 0; j < n; j++) {
      double weight = get(p, pAt, j);
      double rest = get(g, gAt, j) - level - x - get(y, yAt, j);
      set(dst, dstAt, j, weight > 0 ? scale * weight * rest : 0);
    }
  }

  @Override
  public double gradientRowAlong(
      double scale,
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double x,
      MemorySegment y,
      long yAt,
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment v,
      long vAt,
      double shift,
      MemorySegment dst,
      long dstAt,
      int n) {
    gradientRow(scale, p, pAt, g, gAt, level, x, y, yAt, dst, dstAt, n);
    double along = 0;
    for (int j = 0; j < n; j++) {
      if (get(p, pAt, j) > 0) {
        double cost = get(c, cAt, j) - alpha - get(beta, betaAt, j);
        along += get(dst, dstAt, j) * (get(v, vAt, j) - cost + shift);
      }
    }
    return along;
  }

  @Override
  public void addPlanTimes(
      MemorySegment p,
      long pAt,
      double w,
      MemorySegment z,
      long zAt,
      MemorySegment out,
      long outAt,
      int n) {
    for (int j = 0; j < n; j++) {
      double part = get(p, pAt, j) * (w + get(z, zAt, j));
      set(out, outAt, j, get(out, outAt, j) + part);
    }
  }

  @Override
  public int tileColumns() {
    return 8;
  }

  @Override
  public void pack(
      double factor,
      MemorySegment row,
      long rowAt,
      int width,
      MemorySegment to,
      long toAt,
      long tileStride,
      int n) {
    for (int tile = 0; tile * width < n; tile++) {
      for (int j = 0; j < width; j++) {
        int from = tile * width + j;
        set(to, toAt + tileStride * tile, j, from < n ? factor * get(row, rowAt, from) : 0);
      }
    }
  }

  @Override
  public void addTile(
      int depth,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      MemorySegment c,
      long cAt,
      long cStride) {
    int columns = tileColumns();
    for (int r = 0; r < TILE_ROWS; r++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum += get(s, sAt, k * TILE_ROWS + r) * get(x, xAt, k * columns + j);
        }
        set(c, cAt + r * cStride, j, get(c, cAt + r * cStride, j) + sum);
      }
    }
  }

  @Override
  public void anchoredDots(
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
      int n) {
    for (int r = 0; r < rows; r++) {
      double dot = anchoredDot(p, pAt + r * pStride, v, vAt, get(anchors, anchorsAt, r), n);
      set(out, outAt, r, dot);
    }
  }

  @Override
  public void addAnchoreds(
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
      int n) {
    for (int r = 0; r < rows; r++) {
      double anchor = get(anchors, anchorsAt, r);
      addAnchored(p, pAt + r * pStride, v, vAt, anchor, get(d, dAt, r), out, outAt, n);
    }
  }
}
