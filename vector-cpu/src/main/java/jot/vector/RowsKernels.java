package jot.vector;

import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jot.spi.host.RowKernels;

/** Several rows against one vector: the vector is read, or read and written, once for four rows. */
interface RowsKernels extends RowKernels {

  @Override
  default void dots(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      fourDots(x, xAt + r * xStride, xStride, y, yAt, out, outAt + 8L * r, n);
    }
    for (; r < rows; r++) {
      out.set(F64, outAt + 8L * r, dot(x, xAt + r * xStride, y, yAt, n));
    }
  }

  private static void fourDots(
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    xStride &= OFFSET;
    xAt = at(x, xAt, 3 * xStride + 8L * n);
    yAt = at(y, yAt, 8L * n);
    outAt = at(out, outAt, 32);
    x = memory(x);
    y = memory(y);
    out = memory(out);
    long x1 = xAt + xStride;
    long x2 = xAt + 2 * xStride;
    long x3 = xAt + 3 * xStride;
    DoubleVector sum0 = DoubleVector.zero(DOUBLES);
    DoubleVector sum1 = DoubleVector.zero(DOUBLES);
    DoubleVector sum2 = DoubleVector.zero(DOUBLES);
    DoubleVector sum3 = DoubleVector.zero(DOUBLES);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + o, ORDER);
      DoubleVector a0 = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + o, ORDER);
      sum0 = DOUBLE_VECTOR.cast(b.fma(a0, sum0));
      DoubleVector a1 = DoubleVector.fromMemorySegment(DOUBLES, x, x1 + o, ORDER);
      sum1 = DOUBLE_VECTOR.cast(b.fma(a1, sum1));
      DoubleVector a2 = DoubleVector.fromMemorySegment(DOUBLES, x, x2 + o, ORDER);
      sum2 = DOUBLE_VECTOR.cast(b.fma(a2, sum2));
      DoubleVector a3 = DoubleVector.fromMemorySegment(DOUBLES, x, x3 + o, ORDER);
      sum3 = DOUBLE_VECTOR.cast(b.fma(a3, sum3));
    }
    double total0 = sum0.lane(0) + sum0.lane(1);
    if (LANES > 2) {
      total0 += sum0.lane(2) + sum0.lane(3);
    }
    if (LANES > 4) {
      total0 += (sum0.lane(4) + sum0.lane(5)) + (sum0.lane(6) + sum0.lane(7));
    }
    double total1 = sum1.lane(0) + sum1.lane(1);
    if (LANES > 2) {
      total1 += sum1.lane(2) + sum1.lane(3);
    }
    if (LANES > 4) {
      total1 += (sum1.lane(4) + sum1.lane(5)) + (sum1.lane(6) + sum1.lane(7));
    }
    double total2 = sum2.lane(0) + sum2.lane(1);
    if (LANES > 2) {
      total2 += sum2.lane(2) + sum2.lane(3);
    }
    if (LANES > 4) {
      total2 += (sum2.lane(4) + sum2.lane(5)) + (sum2.lane(6) + sum2.lane(7));
    }
    double total3 = sum3.lane(0) + sum3.lane(1);
    if (LANES > 2) {
      total3 += sum3.lane(2) + sum3.lane(3);
    }
    if (LANES > 4) {
      total3 += (sum3.lane(4) + sum3.lane(5)) + (sum3.lane(6) + sum3.lane(7));
    }
    for (int j = bound; j < n; j++) {
      long o = 8L * j & OFFSET;
      double b = y.get(F64, yAt + o);
      total0 = Math.fma(x.get(F64, xAt + o), b, total0);
      total1 = Math.fma(x.get(F64, x1 + o), b, total1);
      total2 = Math.fma(x.get(F64, x2 + o), b, total2);
      total3 = Math.fma(x.get(F64, x3 + o), b, total3);
    }
    out.set(F64, outAt, total0);
    out.set(F64, outAt + 8, total1);
    out.set(F64, outAt + 16, total2);
    out.set(F64, outAt + 24, total3);
  }

  @Override
  default void axpys(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      fourAxpys(s, sAt + 8L * r, x, xAt + r * xStride, xStride, y, yAt, n);
    }
    for (; r < rows; r++) {
      axpy(s.get(F64, sAt + 8L * r), x, xAt + r * xStride, y, yAt, n);
    }
  }

  private static void fourAxpys(
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    xStride &= OFFSET;
    sAt = at(s, sAt, 32);
    xAt = at(x, xAt, 3 * xStride + 8L * n);
    yAt = at(y, yAt, 8L * n);
    s = memory(s);
    x = memory(x);
    y = memory(y);
    long x1 = xAt + xStride;
    long x2 = xAt + 2 * xStride;
    long x3 = xAt + 3 * xStride;
    double s0 = s.get(F64, sAt);
    double s1 = s.get(F64, sAt + 8);
    double s2 = s.get(F64, sAt + 16);
    double s3 = s.get(F64, sAt + 24);
    DoubleVector step0 = DoubleVector.broadcast(DOUBLES, s0);
    DoubleVector step1 = DoubleVector.broadcast(DOUBLES, s1);
    DoubleVector step2 = DoubleVector.broadcast(DOUBLES, s2);
    DoubleVector step3 = DoubleVector.broadcast(DOUBLES, s3);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + o, ORDER);
      DoubleVector a0 = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + o, ORDER);
      DoubleVector a1 = DoubleVector.fromMemorySegment(DOUBLES, x, x1 + o, ORDER);
      DoubleVector a2 = DoubleVector.fromMemorySegment(DOUBLES, x, x2 + o, ORDER);
      DoubleVector a3 = DoubleVector.fromMemorySegment(DOUBLES, x, x3 + o, ORDER);
      DoubleVector moved = step3.fma(a3, step2.fma(a2, step1.fma(a1, step0.fma(a0, b))));
      moved.intoMemorySegment(y, yAt + o, ORDER);
    }
    for (int j = bound; j < n; j++) {
      long o = 8L * j & OFFSET;
      double b = y.get(F64, yAt + o);
      b = Math.fma(x.get(F64, xAt + o), s0, b);
      b = Math.fma(x.get(F64, x1 + o), s1, b);
      b = Math.fma(x.get(F64, x2 + o), s2, b);
      b = Math.fma(x.get(F64, x3 + o), s3, b);
      y.set(F64, yAt + o, b);
    }
  }
}
