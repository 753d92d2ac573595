package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.VectorExp.LOWEST;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * The plan exp((f_i + g_j − c_ij)/ε), a row at a time.
 *
 * <p>A row goes through the first cache in chunks, the exponents first and then their exponentials
 * in place: each loop is short enough to keep its constants in registers, which measured no slower
 * than one fused loop, and the exponential stands in one place.
 */
interface PlanKernels extends RowKernels {
  /** Numbers in a chunk: 8 KiB of each operand, a multiple of every vector's lanes. */
  int CHUNK = 1024;

  @Override
  default double gibbs(
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
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      scaledSlack(
          c,
          cAt + o,
          alpha,
          beta,
          betaAt + o,
          g,
          gAt + o,
          f,
          inverseEpsilon,
          dst,
          dstAt + o,
          count);
      sum += VectorExp.exp(dst, dstAt + o, count);
    }
    return sum;
  }

  @Override
  default double gibbs(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double sum = 0;
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      scaledSlack(c, cAt + o, alpha, g, gAt + o, f, inverseEpsilon, dst, dstAt + o, count);
      sum += VectorExp.exp(dst, dstAt + o, count);
    }
    return sum;
  }

  @Override
  default void exponents(
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
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      scaledSlack(
          c,
          cAt + o,
          alpha,
          beta,
          betaAt + o,
          g,
          gAt + o,
          f,
          inverseEpsilon,
          dst,
          dstAt + o,
          count);
      flush(dst, dstAt + o, count);
    }
  }

  /** dst_j ← ((f + g_j) − ((c_j − alpha) − beta_j))·inverseEpsilon. */
  private static void scaledSlack(
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
    c = offHeap(c);
    beta = offHeap(beta);
    g = offHeap(g);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector anchored = cost.sub(alpha).sub(column);
      DoubleVector v = potential.add(f).sub(anchored).mul(inverseEpsilon);
      v.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector column =
          DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * bound, ORDER, rest);
      DoubleVector potential =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector anchored = cost.sub(alpha).sub(column);
      DoubleVector v = potential.add(f).sub(anchored).mul(inverseEpsilon);
      v.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  /** dst_j ← ((f + g_j) − (c_j − alpha))·inverseEpsilon. */
  private static void scaledSlack(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    c = offHeap(c);
    g = offHeap(g);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector anchored = cost.sub(alpha);
      DoubleVector v = potential.add(f).sub(anchored).mul(inverseEpsilon);
      v.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector potential =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector anchored = cost.sub(alpha);
      DoubleVector v = potential.add(f).sub(anchored).mul(inverseEpsilon);
      v.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  /** x_j ← −∞ where exp(x_j) counts as 0. */
  private static void flush(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector kept = v.blend(Double.NEGATIVE_INFINITY, v.compare(LT, LOWEST));
      kept.intoMemorySegment(x, xAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector kept = v.blend(Double.NEGATIVE_INFINITY, v.compare(LT, LOWEST));
      kept.intoMemorySegment(x, xAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default double maxSlack(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      int n) {
    c = offHeap(c);
    beta = offHeap(beta);
    g = offHeap(g);
    DoubleVector top = DoubleVector.broadcast(DOUBLES, Double.NEGATIVE_INFINITY);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector slack = potential.sub(cost.sub(alpha).sub(column));
      top = top.blend(slack, slack.compare(GT, top));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector column =
          DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * bound, ORDER, rest);
      DoubleVector potential =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector slack = potential.sub(cost.sub(alpha).sub(column));
      top = top.blend(slack, slack.compare(GT, top).and(rest));
    }
    return top.reduceLanes(VectorOperators.MAX);
  }

  @Override
  default void squaredDistance(
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
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      firstSquare(x.get(F64, xAt), y, yAt + o, dst, dstAt + o, count);
      for (int k = 1; k < dimensions; k++) {
        addSquare(x.get(F64, xAt + k * xStride), y, yAt + k * yStride + o, dst, dstAt + o, count);
      }
    }
  }

  /** dst_j ← (x − y_j)². */
  private static void firstSquare(
      double x, MemorySegment y, long yAt, MemorySegment dst, long dstAt, int n) {
    y = offHeap(y);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector difference = a.sub(x);
      DoubleVector square = difference.mul(difference);
      square.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector difference = a.sub(x);
      DoubleVector square = difference.mul(difference);
      square.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  /** dst_j ← dst_j + (x − y_j)². */
  private static void addSquare(
      double x, MemorySegment y, long yAt, MemorySegment dst, long dstAt, int n) {
    y = offHeap(y);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, dst, dstAt + 8L * j, ORDER);
      DoubleVector difference = a.sub(x);
      DoubleVector square = difference.fma(difference, old);
      square.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, dst, dstAt + 8L * bound, ORDER, rest);
      DoubleVector difference = a.sub(x);
      DoubleVector square = difference.fma(difference, old);
      square.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }
}
