package jot.vector;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * What an inspection asks of a cost: all of it about a row in one read, all of it about the columns
 * in one read of four rows. The largest numbers are found in two chains, of the even and the odd
 * vectors, for a comparison and the choice after it take longer than a vector to come.
 */
interface InspectKernels extends RowKernels {

  @Override
  default boolean extremes(
      MemorySegment x, long xAt, MemorySegment g, long gAt, MemorySegment out, long outAt, int n) {
    x = offHeap(x);
    g = offHeap(g);
    out = offHeap(out);
    // 0·x is NaN, and so is every sum from there on, where x is no finite number
    DoubleVector zero = DoubleVector.zero(DOUBLES);
    DoubleVector zeros = DoubleVector.zero(DOUBLES);
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    DoubleVector evenTop = DoubleVector.broadcast(DOUBLES, Double.NEGATIVE_INFINITY);
    DoubleVector oddTop = DoubleVector.broadcast(DOUBLES, Double.NEGATIVE_INFINITY);
    int pairs = n - n % (2 * LANES);
    for (int j = 0; j < pairs; j += 2 * LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector size = a.abs();
      DoubleVector slack = b.sub(a);
      zeros = DOUBLE_VECTOR.cast(a.fma(zero, zeros));
      even = DOUBLE_VECTOR.cast(even.blend(size, size.compare(GT, even)));
      evenTop = DOUBLE_VECTOR.cast(evenTop.blend(slack, slack.compare(GT, evenTop)));
      DoubleVector c = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * (j + LANES), ORDER);
      DoubleVector d = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * (j + LANES), ORDER);
      DoubleVector sizeNext = c.abs();
      DoubleVector slackNext = d.sub(c);
      zeros = DOUBLE_VECTOR.cast(c.fma(zero, zeros));
      odd = DOUBLE_VECTOR.cast(odd.blend(sizeNext, sizeNext.compare(GT, odd)));
      oddTop = DOUBLE_VECTOR.cast(oddTop.blend(slackNext, slackNext.compare(GT, oddTop)));
    }
    int bound = DOUBLES.loopBound(n);
    if (pairs < bound) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * pairs, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * pairs, ORDER);
      DoubleVector size = a.abs();
      DoubleVector slack = b.sub(a);
      zeros = DOUBLE_VECTOR.cast(a.fma(zero, zeros));
      even = DOUBLE_VECTOR.cast(even.blend(size, size.compare(GT, even)));
      evenTop = DOUBLE_VECTOR.cast(evenTop.blend(slack, slack.compare(GT, evenTop)));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector size = a.abs();
      DoubleVector slack = b.sub(a);
      zeros = DOUBLE_VECTOR.cast(a.fma(zero, zeros));
      odd = DOUBLE_VECTOR.cast(odd.blend(size, size.compare(GT, odd)));
      oddTop = DOUBLE_VECTOR.cast(oddTop.blend(slack, slack.compare(GT, oddTop).and(rest)));
    }
    DoubleVector largest = even.blend(odd, odd.compare(GT, even));
    DoubleVector top = evenTop.blend(oddTop, oddTop.compare(GT, evenTop));
    out.set(F64, outAt, largest.reduceLanes(VectorOperators.MAX));
    out.set(F64, outAt + 8, top.reduceLanes(VectorOperators.MAX));
    return zeros.compare(EQ, 0).allTrue();
  }

  @Override
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
    alphas = offHeap(alphas);
    int fours = rows - rows % 4;
    int bound = DOUBLES.loopBound(n);
    for (int r = 0; r < fours; r += 4) {
      fourBounds(
          x,
          xAt + r * xStride,
          xStride,
          alphas,
          alphasAt + 8L * r,
          low,
          lowAt,
          high,
          highAt,
          bound);
    }
    for (int r = 0; r < rows; r++) {
      double alpha = alphas.get(F64, alphasAt + 8L * r);
      int from = r < fours ? bound : 0;
      long o = 8L * from;
      if (from < n) {
        bound(x, xAt + r * xStride + o, alpha, low, lowAt + o, high, highAt + o, n - from);
      }
    }
  }

  /** {@link #bounds} of four rows, whole vectors. */
  private static void fourBounds(
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
    x = offHeap(x);
    low = offHeap(low);
    high = offHeap(high);
    alphas = offHeap(alphas);
    double alpha0 = alphas.get(F64, alphasAt);
    double alpha1 = alphas.get(F64, alphasAt + 8);
    double alpha2 = alphas.get(F64, alphasAt + 16);
    double alpha3 = alphas.get(F64, alphasAt + 24);
    long at1 = xAt + xStride;
    long at2 = at1 + xStride;
    long at3 = at2 + xStride;
    for (int j = 0; j < n; j += LANES) {
      DoubleVector least = DoubleVector.fromMemorySegment(DOUBLES, low, lowAt + 8L * j, ORDER);
      DoubleVector most = DoubleVector.fromMemorySegment(DOUBLES, high, highAt + 8L * j, ORDER);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER).sub(alpha0);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, x, at1 + 8L * j, ORDER).sub(alpha1);
      DoubleVector c = DoubleVector.fromMemorySegment(DOUBLES, x, at2 + 8L * j, ORDER).sub(alpha2);
      DoubleVector d = DoubleVector.fromMemorySegment(DOUBLES, x, at3 + 8L * j, ORDER).sub(alpha3);
      DoubleVector lower0 = least.blend(a, a.compare(LT, least));
      DoubleVector higher0 = most.blend(a, a.compare(GT, most));
      DoubleVector lower1 = lower0.blend(b, b.compare(LT, lower0));
      DoubleVector higher1 = higher0.blend(b, b.compare(GT, higher0));
      DoubleVector lower2 = lower1.blend(c, c.compare(LT, lower1));
      DoubleVector higher2 = higher1.blend(c, c.compare(GT, higher1));
      DoubleVector lower3 = lower2.blend(d, d.compare(LT, lower2));
      DoubleVector higher3 = higher2.blend(d, d.compare(GT, higher2));
      lower3.intoMemorySegment(low, lowAt + 8L * j, ORDER);
      higher3.intoMemorySegment(high, highAt + 8L * j, ORDER);
    }
  }
}
