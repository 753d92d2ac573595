package jot.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jot.spi.host.RowKernels;

/**
 * The inner loops as their formulas stand, one number after the other: what every faster
 * implementation is tested against. Sums run from left to right.
 *
 * <p>The loops of a forward solve work on a {@link Chunk} of their rows at a time, copied to the
 * heap: the same numbers in the same order, and quick before anything is compiled, where each read
 * of a segment is many calls.
 */
final class ScalarKernels implements RowKernels {
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

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
    Chunk chunk = Chunk.ofThread();
    float[] single = chunk.p;
    double[] wide = chunk.x;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(src, srcAt, from, single, count);
      for (int j = 0; j < count; j++) {
        wide[j] = single[j];
      }
      Chunk.store(wide, dst, dstAt, from, count);
    }
  }

  @Override
  public void narrow(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] wide = chunk.x;
    float[] single = chunk.p;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(src, srcAt, from, wide, count);
      for (int j = 0; j < count; j++) {
        single[j] = (float) wide[j];
      }
      Chunk.store(single, dst, dstAt, from, count);
    }
  }

  @Override
  public void fill(double value, MemorySegment dst, long dstAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    Arrays.fill(values, 0, Math.min(Chunk.LENGTH, n), value);
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.store(values, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] anchor = chunk.y;
    double[] potential = chunk.z;
    double[] plan = chunk.t;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(beta, betaAt, from, anchor, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double anchored = (cost[j] - alpha) - anchor[j];
        double e = exp((f + potential[j] - anchored) * inverseEpsilon);
        plan[j] = e;
        sum += e;
      }
      Chunk.store(plan, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] potential = chunk.y;
    double[] plan = chunk.z;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double e = exp((f + potential[j] - cost[j]) * inverseEpsilon);
        plan[j] = e;
        sum += e;
      }
      Chunk.store(plan, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    float[] cost = chunk.p;
    double[] potential = chunk.x;
    double[] plan = chunk.y;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double e = exp((f + potential[j] - cost[j]) * inverseEpsilon);
        plan[j] = e;
        sum += e;
      }
      Chunk.store(plan, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    float[] cost = chunk.p;
    float[] potential = chunk.q;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        float slack = potential[j] - cost[j] + f;
        float e = (float) Math.exp(slack * inverseEpsilon);
        e = Math.max(e, Float.MIN_NORMAL);
        cost[j] = e;
        sum += e;
      }
      Chunk.store(cost, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] potential = chunk.y;
    float[] plan = chunk.p;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        float x = (float) ((f + potential[j] - cost[j]) * inverseEpsilon);
        float e = (float) Math.exp(x);
        plan[j] = Math.max(e, Float.MIN_NORMAL);
        sum += plan[j];
      }
      Chunk.store(plan, dst, dstAt, from, count);
    }
    return sum;
  }

  @Override
  public void gibbsAsF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] potential = chunk.y;
    float[] plan = chunk.p;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        float e = (float) Math.exp((f + potential[j] - cost[j]) * inverseEpsilon);
        plan[j] = e < Float.MIN_NORMAL ? 0 : e;
      }
      Chunk.store(plan, dst, dstAt, from, count);
    }
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] anchor = chunk.y;
    double[] potential = chunk.z;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(beta, betaAt, from, anchor, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double anchored = (cost[j] - alpha) - anchor[j];
        double x = (f + potential[j] - anchored) * inverseEpsilon;
        cost[j] = exp(x) > 0 ? x : Double.NEGATIVE_INFINITY;
      }
      Chunk.store(cost, dst, dstAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] anchor = chunk.y;
    double[] potential = chunk.z;
    double top = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(beta, betaAt, from, anchor, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double anchored = (cost[j] - alpha) - anchor[j];
        top = Math.max(top, potential[j] - anchored);
      }
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] anchor = chunk.y;
    double[] most = chunk.z;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(beta, betaAt, from, anchor, count);
      Chunk.load(top, topAt, from, most, count);
      for (int j = 0; j < count; j++) {
        double anchored = (cost[j] - alpha) - anchor[j];
        most[j] = Math.max(most[j], f - anchored);
      }
      Chunk.store(most, top, topAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] cost = chunk.x;
    double[] anchor = chunk.y;
    double[] most = chunk.z;
    double[] sums = chunk.t;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(c, cAt, from, cost, count);
      Chunk.load(beta, betaAt, from, anchor, count);
      Chunk.load(top, topAt, from, most, count);
      Chunk.load(sum, sumAt, from, sums, count);
      for (int j = 0; j < count; j++) {
        if (most[j] > Double.NEGATIVE_INFINITY) {
          double anchored = (cost[j] - alpha) - anchor[j];
          sums[j] += exp((f - anchored - most[j]) * inverseEpsilon);
        }
      }
      Chunk.store(sums, sum, sumAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      for (int j = 0; j < count; j++) {
        sum += values[j];
      }
    }
    return sum;
  }

  @Override
  public double dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] left = chunk.x;
    double[] right = chunk.y;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, left, count);
      Chunk.load(y, yAt, from, right, count);
      for (int j = 0; j < count; j++) {
        sum += left[j] * right[j];
      }
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
      set(out, outAt, r, dotInF32(x, xAt + r * xStride, y, yAt, n));
    }
  }

  private static double dotInF32(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    Chunk chunk = Chunk.ofThread();
    float[] left = chunk.p;
    float[] right = chunk.q;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, left, count);
      Chunk.load(y, yAt, from, right, count);
      for (int j = 0; j < count; j++) {
        sum += (double) left[j] * right[j];
      }
    }
    return sum;
  }

  @Override
  public double dotSupport(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] weight = chunk.x;
    double[] value = chunk.y;
    double sum = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, weight, count);
      Chunk.load(y, yAt, from, value, count);
      for (int j = 0; j < count; j++) {
        sum += weight[j] == 0 ? 0 : weight[j] * value[j];
      }
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
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    double largest = 0;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      for (int j = 0; j < count; j++) {
        double size = Math.abs(values[j] - alpha);
        if (size < Double.POSITIVE_INFINITY && size > largest) {
          largest = size;
        }
      }
    }
    return largest;
  }

  @Override
  public boolean extremes(
      MemorySegment x, long xAt, MemorySegment g, long gAt, MemorySegment out, long outAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    double[] potential = chunk.y;
    double largest = 0;
    double top = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      Chunk.load(g, gAt, from, potential, count);
      for (int j = 0; j < count; j++) {
        double size = Math.abs(values[j]);
        if (!(size < Double.POSITIVE_INFINITY)) {
          return false;
        }
        largest = Math.max(largest, size);
        top = Math.max(top, potential[j] - values[j]);
      }
    }
    set(out, outAt, 0, largest);
    set(out, outAt, 1, top);
    return true;
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
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      for (int j = 0; j < count; j++) {
        double value = values[j];
        boolean infinite = value == Double.POSITIVE_INFINITY && refuseInfinity;
        if (value == Double.NEGATIVE_INFINITY || infinite || Double.isNaN(value)) {
          return from + j;
        }
      }
    }
    return -1;
  }

  @Override
  public void axpy(double s, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    double[] sums = chunk.y;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      Chunk.load(y, yAt, from, sums, count);
      for (int j = 0; j < count; j++) {
        sums[j] += s * values[j];
      }
      Chunk.store(sums, y, yAt, from, count);
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
      axpyInF32((float) get(s, sAt, r), x, xAt + r * xStride, y, yAt, n);
    }
  }

  private static void axpyInF32(
      double scale, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    Chunk chunk = Chunk.ofThread();
    float[] values = chunk.p;
    double[] sums = chunk.x;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      Chunk.load(y, yAt, from, sums, count);
      for (int j = 0; j < count; j++) {
        sums[j] += scale * values[j];
      }
      Chunk.store(sums, y, yAt, from, count);
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
    Chunk chunk = Chunk.ofThread();
    double[] values = chunk.x;
    double[] least = chunk.y;
    double[] most = chunk.z;
    for (int from = 0; from < n; from += Chunk.LENGTH) {
      int count = Math.min(Chunk.LENGTH, n - from);
      Chunk.load(x, xAt, from, values, count);
      Chunk.load(low, lowAt, from, least, count);
      Chunk.load(high, highAt, from, most, count);
      for (int j = 0; j < count; j++) {
        double value = values[j] - alpha;
        if (value < Double.POSITIVE_INFINITY) {
          least[j] = Math.min(least[j], value);
          most[j] = Math.max(most[j], value);
        }
      }
      Chunk.store(least, low, lowAt, from, count);
      Chunk.store(most, high, highAt, from, count);
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
  public double dotExponents(
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
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double weight = get(x, xAt, j);
      if (weight != 0) {
        double cost = get(c, cAt, j) - alpha - get(beta, betaAt, j);
        sum += weight * (get(v, vAt, j) - cost + shift);
      }
    }
    return sum;
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
