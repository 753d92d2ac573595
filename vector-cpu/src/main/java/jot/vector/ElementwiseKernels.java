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

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/** One number in, one number out. */
interface ElementwiseKernels extends RowKernels {

  @Override
  default void widen(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n) {
    src = offHeap(src);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, src, srcAt + 4L * j, ORDER);
      v.convertShape(VectorOperators.F2D, DOUBLES, 0).intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    for (int j = bound; j < n; j++) {
      dst.set(F64, dstAt + 8L * j, src.get(F32, srcAt + 4L * j));
    }
  }

  @Override
  default void narrow(MemorySegment src, long srcAt, MemorySegment dst, long dstAt, int n) {
    src = offHeap(src);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, src, srcAt + 8L * j, ORDER);
      v.convertShape(VectorOperators.D2F, FLOATS, 0).intoMemorySegment(dst, dstAt + 4L * j, ORDER);
    }
    for (int j = bound; j < n; j++) {
      dst.set(F32, dstAt + 4L * j, (float) src.get(F64, srcAt + 8L * j));
    }
  }

  @Override
  default void fill(double value, MemorySegment dst, long dstAt, int n) {
    dst = offHeap(dst);
    DoubleVector v = DOUBLE_VECTOR.cast(DoubleVector.broadcast(DOUBLES, value));
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      v.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      v.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, INDEX.compare(LT, n - bound));
    }
  }

  @Override
  default void axpy(double s, MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    x = offHeap(x);
    y = offHeap(y);
    DoubleVector step = DoubleVector.broadcast(DOUBLES, s);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector moved = a.fma(step, b);
      moved.intoMemorySegment(y, yAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector moved = a.fma(step, b);
      moved.intoMemorySegment(y, yAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void addScaled(
      double s,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    x = offHeap(x);
    y = offHeap(y);
    out = offHeap(out);
    DoubleVector step = DoubleVector.broadcast(DOUBLES, s);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector moved = a.fma(step, b);
      a.mul(step).intoMemorySegment(out, outAt + 8L * j, ORDER);
      moved.intoMemorySegment(y, yAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector moved = a.fma(step, b);
      a.mul(step).intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
      moved.intoMemorySegment(y, yAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void xpay(MemorySegment x, long xAt, double s, MemorySegment y, long yAt, int n) {
    x = offHeap(x);
    y = offHeap(y);
    DoubleVector step = DoubleVector.broadcast(DOUBLES, s);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector moved = b.fma(step, a);
      moved.intoMemorySegment(y, yAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector moved = b.fma(step, a);
      moved.intoMemorySegment(y, yAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void multiply(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment out, long outAt, int n) {
    x = offHeap(x);
    y = offHeap(y);
    out = offHeap(out);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector product = a.mul(b);
      product.intoMemorySegment(out, outAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector product = a.mul(b);
      product.intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void bound(
      MemorySegment x,
      long xAt,
      double alpha,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      int n) {
    x = offHeap(x);
    low = offHeap(low);
    high = offHeap(high);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector least = DoubleVector.fromMemorySegment(DOUBLES, low, lowAt + 8L * j, ORDER);
      DoubleVector most = DoubleVector.fromMemorySegment(DOUBLES, high, highAt + 8L * j, ORDER);
      DoubleVector v = a.sub(alpha);
      DoubleVector size = v.abs();
      VectorMask<Double> finite = size.compare(LT, Double.POSITIVE_INFINITY);
      DoubleVector lower = least.blend(v, v.compare(LT, least).and(finite));
      DoubleVector higher = most.blend(v, v.compare(GT, most).and(finite));
      lower.intoMemorySegment(low, lowAt + 8L * j, ORDER);
      higher.intoMemorySegment(high, highAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * bound, ORDER, rest);
      DoubleVector least =
          DoubleVector.fromMemorySegment(DOUBLES, low, lowAt + 8L * bound, ORDER, rest);
      DoubleVector most =
          DoubleVector.fromMemorySegment(DOUBLES, high, highAt + 8L * bound, ORDER, rest);
      DoubleVector v = a.sub(alpha);
      DoubleVector size = v.abs();
      VectorMask<Double> finite = size.compare(LT, Double.POSITIVE_INFINITY);
      DoubleVector lower = least.blend(v, v.compare(LT, least).and(finite));
      DoubleVector higher = most.blend(v, v.compare(GT, most).and(finite));
      lower.intoMemorySegment(low, lowAt + 8L * bound, ORDER, rest);
      higher.intoMemorySegment(high, highAt + 8L * bound, ORDER, rest);
    }
  }
}
