package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F32;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.FLOATS;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.VectorExp.INFINITE;
import static jot.vector.VectorExp.LN2;
import static jot.vector.VectorExp.LOG2_E;
import static jot.vector.VectorExp.LOWEST;
import static jot.vector.VectorExp.ZERO;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * The plan exp((f_i + g_j − c_ij)/ε), a row at a time.
 *
 * <p>A row goes through the first cache in chunks, the exponents first and then their exponentials
 * in place. One fused loop is a chain of operations so long that few of them fit into what a
 * processor looks ahead: two loops measured a fifth faster on Zen 3, and the exponential stands in
 * one place.
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
    double rate = inverseEpsilon * LOG2_E;
    double sum = 0;
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      exponents2(c, cAt + o, alpha, beta, betaAt + o, g, gAt + o, f, rate, dst, dstAt + o, count);
      sum += VectorExp.exp2(dst, dstAt + o, count);
    }
    return sum;
  }

  @Override
  default double gibbs(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double rate = inverseEpsilon * LOG2_E;
    double sum = 0;
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      exponents2(c, cAt + o, g, gAt + o, f, rate, dst, dstAt + o, count);
      sum += VectorExp.exp2(dst, dstAt + o, count);
    }
    return sum;
  }

  @Override
  default double gibbsF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    double rate = inverseEpsilon * LOG2_E;
    double sum = 0;
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      exponents2F32(c, cAt + 4L * j, g, gAt + o, f, rate, dst, dstAt + o, count);
      sum += VectorExp.exp2(dst, dstAt + o, count);
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
    double rate = inverseEpsilon * LOG2_E;
    for (int j = 0; j < n; j += CHUNK) {
      long o = 8L * j;
      int count = Math.min(CHUNK, n - j);
      exponents2(c, cAt + o, alpha, beta, betaAt + o, g, gAt + o, f, rate, dst, dstAt + o, count);
      flush(dst, dstAt + o, count);
    }
  }

  /** dst_j ← ((f + g_j) − ((c_j − alpha) − beta_j))·rate, as {@link VectorExp} takes it. */
  private static void exponents2(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment g,
      long gAt,
      double f,
      double rate,
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
      DoubleVector x = potential.add(f).sub(anchored).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST)).blend(INFINITE, x.compare(GT, INFINITE));
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
      DoubleVector x = potential.add(f).sub(anchored).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST)).blend(INFINITE, x.compare(GT, INFINITE));
      v.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  /** dst_j ← ((f + g_j) − c_j)·rate, as {@link VectorExp} takes it. */
  private static void exponents2(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double rate,
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
      DoubleVector x = potential.add(f).sub(cost).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST)).blend(INFINITE, x.compare(GT, INFINITE));
      v.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector potential =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector x = potential.add(f).sub(cost).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST)).blend(INFINITE, x.compare(GT, INFINITE));
      v.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  /** dst_j ← ((f + g_j) − c_j)·rate of F32 costs, as {@link VectorExp} takes it. */
  private static void exponents2F32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double rate,
      MemorySegment dst,
      long dstAt,
      int n) {
    c = offHeap(c);
    g = offHeap(g);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      FloatVector narrow = FloatVector.fromMemorySegment(FLOATS, c, cAt + 4L * j, ORDER);
      Vector<Double> cost = narrow.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector x = potential.add(f).sub(cost).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST)).blend(INFINITE, x.compare(GT, INFINITE));
      v.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    for (int j = bound; j < n; j++) {
      double x = ((g.get(F64, gAt + 8L * j) + f) - c.get(F32, cAt + 4L * j)) * rate;
      double v = x < LOWEST ? ZERO : x > INFINITE ? INFINITE : x;
      dst.set(F64, dstAt + 8L * j, v);
    }
  }

  /** x_j ← x_j·ln 2, −∞ where 2^x_j counts as 0. */
  private static void flush(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector kept = v.mul(LN2).blend(Double.NEGATIVE_INFINITY, v.compare(LT, LOWEST));
      kept.intoMemorySegment(x, xAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector kept = v.mul(LN2).blend(Double.NEGATIVE_INFINITY, v.compare(LT, LOWEST));
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
      top = DOUBLE_VECTOR.cast(top.blend(slack, slack.compare(GT, top)));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector column =
          DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * bound, ORDER, rest);
      DoubleVector potential =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector slack = potential.sub(cost.sub(alpha).sub(column));
      top = DOUBLE_VECTOR.cast(top.blend(slack, slack.compare(GT, top).and(rest)));
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
