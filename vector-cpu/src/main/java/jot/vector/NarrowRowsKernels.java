package jot.vector;

import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F32;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.WIDE;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * {@link RowsKernels} on numbers of F32 that are none below 0: products and short runs of them in
 * F32, twice as many in a vector, and the runs added up in F64.
 */
interface NarrowRowsKernels extends RowKernels {
  /** Floats in a vector. */
  int SPAN = WIDE.length();

  /** Bytes of a vector. */
  long STEP = 4L * SPAN;

  @Override
  default void dotsInF32(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    for (int r = 0; r < rows; r += 4) {
      fourDotsInF32(rows - r, x, xAt + r * xStride, xStride, y, yAt, out, outAt + 8L * r, n);
    }
  }

  /** Four rows, or fewer with the last one in the others' places. */
  private static void fourDotsInF32(
      int rows,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long outAt,
      int n) {
    int used = Math.min(rows, 4);
    xStride &= OFFSET;
    xAt = at(x, xAt, (used - 1) * xStride + 4L * n);
    yAt = at(y, yAt, 4L * n);
    outAt = at(out, outAt, 8L * used);
    x = memory(x);
    y = memory(y);
    out = memory(out);
    long last = xAt + (used - 1) * xStride & OFFSET;
    long x1 = Math.min(xAt + xStride, last);
    long x2 = Math.min(xAt + 2 * xStride, last);
    long x3 = Math.min(xAt + 3 * xStride, last);
    DoubleVector sum0 = DoubleVector.zero(DOUBLES);
    DoubleVector sum1 = DoubleVector.zero(DOUBLES);
    DoubleVector sum2 = DoubleVector.zero(DOUBLES);
    DoubleVector sum3 = DoubleVector.zero(DOUBLES);
    int runs = n - n % (RUN * SPAN);
    for (int j = 0; j < runs; j += RUN * SPAN) {
      long o = 4L * j & OFFSET;
      FloatVector y0 = FloatVector.fromMemorySegment(WIDE, y, yAt + o, ORDER);
      FloatVector y1 = FloatVector.fromMemorySegment(WIDE, y, yAt + o + STEP, ORDER);
      FloatVector y2 = FloatVector.fromMemorySegment(WIDE, y, yAt + o + 2 * STEP, ORDER);
      FloatVector y3 = FloatVector.fromMemorySegment(WIDE, y, yAt + o + 3 * STEP, ORDER);
      FloatVector x00 = FloatVector.fromMemorySegment(WIDE, x, xAt + o, ORDER);
      FloatVector x01 = FloatVector.fromMemorySegment(WIDE, x, xAt + o + STEP, ORDER);
      FloatVector x02 = FloatVector.fromMemorySegment(WIDE, x, xAt + o + 2 * STEP, ORDER);
      FloatVector x03 = FloatVector.fromMemorySegment(WIDE, x, xAt + o + 3 * STEP, ORDER);
      FloatVector run0 = y3.fma(x03, y2.fma(x02, y1.fma(x01, y0.mul(x00))));
      DoubleVector low0 = (DoubleVector) run0.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high0 = (DoubleVector) run0.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum0 = DOUBLE_VECTOR.cast(sum0.add(low0.add(high0)));
      FloatVector x10 = FloatVector.fromMemorySegment(WIDE, x, x1 + o, ORDER);
      FloatVector x11 = FloatVector.fromMemorySegment(WIDE, x, x1 + o + STEP, ORDER);
      FloatVector x12 = FloatVector.fromMemorySegment(WIDE, x, x1 + o + 2 * STEP, ORDER);
      FloatVector x13 = FloatVector.fromMemorySegment(WIDE, x, x1 + o + 3 * STEP, ORDER);
      FloatVector run1 = y3.fma(x13, y2.fma(x12, y1.fma(x11, y0.mul(x10))));
      DoubleVector low1 = (DoubleVector) run1.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high1 = (DoubleVector) run1.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum1 = DOUBLE_VECTOR.cast(sum1.add(low1.add(high1)));
      FloatVector x20 = FloatVector.fromMemorySegment(WIDE, x, x2 + o, ORDER);
      FloatVector x21 = FloatVector.fromMemorySegment(WIDE, x, x2 + o + STEP, ORDER);
      FloatVector x22 = FloatVector.fromMemorySegment(WIDE, x, x2 + o + 2 * STEP, ORDER);
      FloatVector x23 = FloatVector.fromMemorySegment(WIDE, x, x2 + o + 3 * STEP, ORDER);
      FloatVector run2 = y3.fma(x23, y2.fma(x22, y1.fma(x21, y0.mul(x20))));
      DoubleVector low2 = (DoubleVector) run2.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high2 = (DoubleVector) run2.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum2 = DOUBLE_VECTOR.cast(sum2.add(low2.add(high2)));
      FloatVector x30 = FloatVector.fromMemorySegment(WIDE, x, x3 + o, ORDER);
      FloatVector x31 = FloatVector.fromMemorySegment(WIDE, x, x3 + o + STEP, ORDER);
      FloatVector x32 = FloatVector.fromMemorySegment(WIDE, x, x3 + o + 2 * STEP, ORDER);
      FloatVector x33 = FloatVector.fromMemorySegment(WIDE, x, x3 + o + 3 * STEP, ORDER);
      FloatVector run3 = y3.fma(x33, y2.fma(x32, y1.fma(x31, y0.mul(x30))));
      DoubleVector low3 = (DoubleVector) run3.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high3 = (DoubleVector) run3.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum3 = DOUBLE_VECTOR.cast(sum3.add(low3.add(high3)));
    }
    int bound = WIDE.loopBound(n);
    for (int j = runs; j < bound; j += SPAN) {
      long o = 4L * j & OFFSET;
      FloatVector b = FloatVector.fromMemorySegment(WIDE, y, yAt + o, ORDER);
      FloatVector a0 = FloatVector.fromMemorySegment(WIDE, x, xAt + o, ORDER);
      FloatVector run0 = b.mul(a0);
      DoubleVector low0 = (DoubleVector) run0.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high0 = (DoubleVector) run0.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum0 = DOUBLE_VECTOR.cast(sum0.add(low0.add(high0)));
      FloatVector a1 = FloatVector.fromMemorySegment(WIDE, x, x1 + o, ORDER);
      FloatVector run1 = b.mul(a1);
      DoubleVector low1 = (DoubleVector) run1.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high1 = (DoubleVector) run1.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum1 = DOUBLE_VECTOR.cast(sum1.add(low1.add(high1)));
      FloatVector a2 = FloatVector.fromMemorySegment(WIDE, x, x2 + o, ORDER);
      FloatVector run2 = b.mul(a2);
      DoubleVector low2 = (DoubleVector) run2.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high2 = (DoubleVector) run2.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum2 = DOUBLE_VECTOR.cast(sum2.add(low2.add(high2)));
      FloatVector a3 = FloatVector.fromMemorySegment(WIDE, x, x3 + o, ORDER);
      FloatVector run3 = b.mul(a3);
      DoubleVector low3 = (DoubleVector) run3.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high3 = (DoubleVector) run3.convertShape(VectorOperators.F2D, DOUBLES, 1);
      sum3 = DOUBLE_VECTOR.cast(sum3.add(low3.add(high3)));
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
      long o = 4L * j & OFFSET;
      double b = y.get(F32, yAt + o);
      total0 += x.get(F32, xAt + o) * b;
      total1 += x.get(F32, x1 + o) * b;
      total2 += x.get(F32, x2 + o) * b;
      total3 += x.get(F32, x3 + o) * b;
    }
    out.set(F64, outAt, total0);
    if (rows > 1) {
      out.set(F64, outAt + 8, total1);
    }
    if (rows > 2) {
      out.set(F64, outAt + 16, total2);
    }
    if (rows > 3) {
      out.set(F64, outAt + 24, total3);
    }
  }

  @Override
  default void axpysInF32(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    for (int r = 0; r < rows; r += 4) {
      fourAxpysInF32(rows - r, s, sAt + 8L * r, x, xAt + r * xStride, xStride, y, yAt, n);
    }
  }

  /** Four rows, or fewer with the last one in the others' places, times 0. */
  private static void fourAxpysInF32(
      int rows,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment y,
      long yAt,
      int n) {
    int used = Math.min(rows, 4);
    xStride &= OFFSET;
    sAt = at(s, sAt, 8L * used);
    xAt = at(x, xAt, (used - 1) * xStride + 4L * n);
    yAt = at(y, yAt, 8L * n);
    s = memory(s);
    x = memory(x);
    y = memory(y);
    long last = xAt + (used - 1) * xStride & OFFSET;
    long x1 = Math.min(xAt + xStride, last);
    long x2 = Math.min(xAt + 2 * xStride, last);
    long x3 = Math.min(xAt + 3 * xStride, last);
    float s0 = (float) s.get(F64, sAt);
    float s1 = rows > 1 ? (float) s.get(F64, sAt + 8) : 0;
    float s2 = rows > 2 ? (float) s.get(F64, sAt + 16) : 0;
    float s3 = rows > 3 ? (float) s.get(F64, sAt + 24) : 0;
    FloatVector step0 = FloatVector.broadcast(WIDE, s0);
    FloatVector step1 = FloatVector.broadcast(WIDE, s1);
    FloatVector step2 = FloatVector.broadcast(WIDE, s2);
    FloatVector step3 = FloatVector.broadcast(WIDE, s3);
    int bound = WIDE.loopBound(n);
    for (int j = 0; j < bound; j += SPAN) {
      long o = 4L * j & OFFSET;
      long wide = 8L * j & OFFSET;
      FloatVector a0 = FloatVector.fromMemorySegment(WIDE, x, xAt + o, ORDER);
      FloatVector a1 = FloatVector.fromMemorySegment(WIDE, x, x1 + o, ORDER);
      FloatVector a2 = FloatVector.fromMemorySegment(WIDE, x, x2 + o, ORDER);
      FloatVector a3 = FloatVector.fromMemorySegment(WIDE, x, x3 + o, ORDER);
      FloatVector part = step3.fma(a3, step2.fma(a2, step1.fma(a1, step0.mul(a0))));
      DoubleVector low = (DoubleVector) part.convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) part.convertShape(VectorOperators.F2D, DOUBLES, 1);
      DoubleVector first = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + wide, ORDER);
      DoubleVector second = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + wide + STEP, ORDER);
      low.add(first).intoMemorySegment(y, yAt + wide, ORDER);
      high.add(second).intoMemorySegment(y, yAt + wide + STEP, ORDER);
    }
    for (int j = bound; j < n; j++) {
      long o = 4L * j & OFFSET;
      long wide = 8L * j & OFFSET;
      double b = y.get(F64, yAt + wide);
      b = Math.fma((double) x.get(F32, xAt + o), s0, b);
      b = Math.fma((double) x.get(F32, x1 + o), s1, b);
      b = Math.fma((double) x.get(F32, x2 + o), s2, b);
      b = Math.fma((double) x.get(F32, x3 + o), s3, b);
      y.set(F64, yAt + wide, b);
    }
  }
}
