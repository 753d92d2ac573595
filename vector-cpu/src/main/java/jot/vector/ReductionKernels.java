package jot.vector;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
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
 * A row in, one number out. Sums that the memory could feed faster than one chain of additions have
 * two chains, of the even and the odd vectors.
 */
interface ReductionKernels extends RowKernels {

  @Override
  default double sum(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    int pairs = n - n % (2 * LANES);
    for (int j = 0; j < pairs; j += 2 * LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      even = DOUBLE_VECTOR.cast(even.add(a));
      DoubleVector aNext =
          DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * (j + LANES), ORDER);
      odd = DOUBLE_VECTOR.cast(odd.add(aNext));
    }
    DoubleVector sum = even.add(odd);
    int bound = DOUBLES.loopBound(n);
    if (pairs < bound) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * pairs, ORDER);
      sum = DOUBLE_VECTOR.cast(sum.add(a));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      sum = DOUBLE_VECTOR.cast(sum.add(a));
    }
    double total = sum.lane(0) + sum.lane(1);
    if (LANES > 2) {
      total += sum.lane(2) + sum.lane(3);
    }
    if (LANES > 4) {
      total += (sum.lane(4) + sum.lane(5)) + (sum.lane(6) + sum.lane(7));
    }
    return total;
  }

  @Override
  default double dot(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    x = offHeap(x);
    y = offHeap(y);
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    int pairs = n - n % (2 * LANES);
    for (int j = 0; j < pairs; j += 2 * LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      even = DOUBLE_VECTOR.cast(a.fma(b, even));
      DoubleVector aNext =
          DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * (j + LANES), ORDER);
      DoubleVector bNext =
          DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * (j + LANES), ORDER);
      odd = DOUBLE_VECTOR.cast(aNext.fma(bNext, odd));
    }
    DoubleVector sum = even.add(odd);
    int bound = DOUBLES.loopBound(n);
    if (pairs < bound) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * pairs, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * pairs, ORDER);
      sum = DOUBLE_VECTOR.cast(a.fma(b, sum));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      sum = DOUBLE_VECTOR.cast(a.fma(b, sum));
    }
    double total = sum.lane(0) + sum.lane(1);
    if (LANES > 2) {
      total += sum.lane(2) + sum.lane(3);
    }
    if (LANES > 4) {
      total += (sum.lane(4) + sum.lane(5)) + (sum.lane(6) + sum.lane(7));
    }
    return total;
  }

  @Override
  default double dotSupport(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    x = offHeap(x);
    y = offHeap(y);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(b, a.compare(NE, 0));
      sum = DOUBLE_VECTOR.cast(a.fma(kept, sum));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(b, a.compare(NE, 0));
      sum = DOUBLE_VECTOR.cast(a.fma(kept, sum));
    }
    double total = sum.lane(0) + sum.lane(1);
    if (LANES > 2) {
      total += sum.lane(2) + sum.lane(3);
    }
    if (LANES > 4) {
      total += (sum.lane(4) + sum.lane(5)) + (sum.lane(6) + sum.lane(7));
    }
    return total;
  }

  @Override
  default int argMax(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    DoubleVector largest =
        DOUBLE_VECTOR.cast(DoubleVector.broadcast(DOUBLES, Double.NEGATIVE_INFINITY));
    DoubleVector at = DOUBLE_VECTOR.cast(DoubleVector.zero(DOUBLES).addIndex(1));
    DoubleVector where = at;
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      VectorMask<Double> larger = a.compare(GT, largest);
      largest = DOUBLE_VECTOR.cast(largest.blend(a, larger));
      where = DOUBLE_VECTOR.cast(where).blend(at, larger);
      at = DOUBLE_VECTOR.cast(at.add(LANES));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      VectorMask<Double> larger = a.compare(GT, largest).and(rest);
      largest = DOUBLE_VECTOR.cast(largest.blend(a, larger));
      where = DOUBLE_VECTOR.cast(where).blend(at, larger);
    }
    // The largest number is the same in whatever order it is found, and so is the smallest index.
    double top = largest.reduceLanes(VectorOperators.MAX);
    DoubleVector candidates = where.blend(n, largest.compare(NE, top));
    return (int) candidates.reduceLanes(VectorOperators.MIN);
  }

  @Override
  default double maxAbsFinite(MemorySegment x, long xAt, double alpha, int n) {
    x = offHeap(x);
    DoubleVector largest = DoubleVector.zero(DOUBLES);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector size = a.sub(alpha).abs();
      VectorMask<Double> finite = size.compare(LT, Double.POSITIVE_INFINITY);
      largest = DOUBLE_VECTOR.cast(largest.blend(size, size.compare(GT, largest).and(finite)));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector size = a.sub(alpha).abs();
      VectorMask<Double> finite = size.compare(LT, Double.POSITIVE_INFINITY).and(rest);
      largest = DOUBLE_VECTOR.cast(largest.blend(size, size.compare(GT, largest).and(finite)));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  @Override
  default int nextAtLeast(
      MemorySegment x,
      long xAt,
      double bound,
      MemorySegment top,
      long topAt,
      double share,
      int from,
      int n) {
    x = offHeap(x);
    top = offHeap(top);
    int j = from;
    for (; j <= n - LANES; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector t = DoubleVector.fromMemorySegment(DOUBLES, top, topAt + 8L * j, ORDER);
      VectorMask<Double> large = a.compare(GE, bound).or(a.compare(GE, t.mul(share)));
      if (large.and(a.compare(GT, 0)).anyTrue()) {
        break;
      }
    }
    for (; j < n; j++) {
      double value = x.get(F64, xAt + 8L * j);
      if (value > 0 && (value >= bound || value >= share * top.get(F64, topAt + 8L * j))) {
        return j;
      }
    }
    return n;
  }

  @Override
  default int findBad(MemorySegment x, long xAt, boolean refuseInfinity, int n) {
    x = offHeap(x);
    double top = refuseInfinity ? Double.MAX_VALUE : Double.POSITIVE_INFINITY;
    int bound = DOUBLES.loopBound(n);
    int j = 0;
    for (; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      VectorMask<Double> low = a.compare(GE, -Double.MAX_VALUE);
      if (!low.and(a.compare(LE, top)).allTrue()) {
        break;
      }
    }
    for (; j < n; j++) {
      double value = x.get(F64, xAt + 8L * j);
      if (!(value >= -Double.MAX_VALUE && value <= top)) {
        return j;
      }
    }
    return -1;
  }
}
