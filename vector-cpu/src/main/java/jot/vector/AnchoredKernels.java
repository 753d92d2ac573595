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

/** The Laplacian on four rows of the plan: the vectors pass through registers once for all four. */
interface AnchoredKernels extends RowKernels {

  @Override
  default void anchoredDots(
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
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      long o = 8L * r;
      fourDots(p, pAt + r * pStride, pStride, v, vAt, anchors, anchorsAt + o, out, outAt + o, n);
    }
    for (; r < rows; r++) {
      double anchor = anchors.get(F64, anchorsAt + 8L * r);
      out.set(F64, outAt + 8L * r, anchoredDot(p, pAt + r * pStride, v, vAt, anchor, n));
    }
  }

  private static void fourDots(
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
    pStride &= OFFSET;
    pAt = at(p, pAt, 3 * pStride + 8L * n);
    vAt = at(v, vAt, 8L * n);
    anchorsAt = at(anchors, anchorsAt, 32);
    outAt = at(out, outAt, 32);
    p = memory(p);
    v = memory(v);
    anchors = memory(anchors);
    out = memory(out);
    long p1 = pAt + pStride;
    long p2 = pAt + 2 * pStride;
    long p3 = pAt + 3 * pStride;
    double anchor0 = anchors.get(F64, anchorsAt);
    double anchor1 = anchors.get(F64, anchorsAt + 8);
    double anchor2 = anchors.get(F64, anchorsAt + 16);
    double anchor3 = anchors.get(F64, anchorsAt + 24);
    DoubleVector sum0 = DoubleVector.zero(DOUBLES);
    DoubleVector sum1 = DoubleVector.zero(DOUBLES);
    DoubleVector sum2 = DoubleVector.zero(DOUBLES);
    DoubleVector sum3 = DoubleVector.zero(DOUBLES);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + o, ORDER);
      DoubleVector a0 = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + o, ORDER);
      sum0 = DOUBLE_VECTOR.cast(b.sub(anchor0).fma(a0, sum0));
      DoubleVector a1 = DoubleVector.fromMemorySegment(DOUBLES, p, p1 + o, ORDER);
      sum1 = DOUBLE_VECTOR.cast(b.sub(anchor1).fma(a1, sum1));
      DoubleVector a2 = DoubleVector.fromMemorySegment(DOUBLES, p, p2 + o, ORDER);
      sum2 = DOUBLE_VECTOR.cast(b.sub(anchor2).fma(a2, sum2));
      DoubleVector a3 = DoubleVector.fromMemorySegment(DOUBLES, p, p3 + o, ORDER);
      sum3 = DOUBLE_VECTOR.cast(b.sub(anchor3).fma(a3, sum3));
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
      double b = v.get(F64, vAt + o);
      total0 = Math.fma(p.get(F64, pAt + o), b - anchor0, total0);
      total1 = Math.fma(p.get(F64, p1 + o), b - anchor1, total1);
      total2 = Math.fma(p.get(F64, p2 + o), b - anchor2, total2);
      total3 = Math.fma(p.get(F64, p3 + o), b - anchor3, total3);
    }
    out.set(F64, outAt, total0);
    out.set(F64, outAt + 8, total1);
    out.set(F64, outAt + 16, total2);
    out.set(F64, outAt + 24, total3);
  }

  @Override
  default void addAnchoreds(
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
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      long o = 8L * r;
      addFour(
          p, pAt + r * pStride, pStride, v, vAt, anchors, anchorsAt + o, d, dAt + o, out, outAt, n);
    }
    for (; r < rows; r++) {
      double anchor = anchors.get(F64, anchorsAt + 8L * r);
      double share = d.get(F64, dAt + 8L * r);
      addAnchored(p, pAt + r * pStride, v, vAt, anchor, share, out, outAt, n);
    }
  }

  private static void addFour(
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
    pStride &= OFFSET;
    pAt = at(p, pAt, 3 * pStride + 8L * n);
    vAt = at(v, vAt, 8L * n);
    anchorsAt = at(anchors, anchorsAt, 32);
    dAt = at(d, dAt, 32);
    outAt = at(out, outAt, 8L * n);
    p = memory(p);
    v = memory(v);
    anchors = memory(anchors);
    d = memory(d);
    out = memory(out);
    long p1 = pAt + pStride;
    long p2 = pAt + 2 * pStride;
    long p3 = pAt + 3 * pStride;
    double anchor0 = anchors.get(F64, anchorsAt);
    double d0 = d.get(F64, dAt);
    double anchor1 = anchors.get(F64, anchorsAt + 8);
    double d1 = d.get(F64, dAt + 8);
    double anchor2 = anchors.get(F64, anchorsAt + 16);
    double d2 = d.get(F64, dAt + 16);
    double anchor3 = anchors.get(F64, anchorsAt + 24);
    double d3 = d.get(F64, dAt + 24);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + o, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, out, outAt + o, ORDER);
      DoubleVector a0 = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + o, ORDER);
      DoubleVector sum0 = b.sub(anchor0).sub(d0).fma(a0, old);
      DoubleVector a1 = DoubleVector.fromMemorySegment(DOUBLES, p, p1 + o, ORDER);
      DoubleVector sum1 = b.sub(anchor1).sub(d1).fma(a1, sum0);
      DoubleVector a2 = DoubleVector.fromMemorySegment(DOUBLES, p, p2 + o, ORDER);
      DoubleVector sum2 = b.sub(anchor2).sub(d2).fma(a2, sum1);
      DoubleVector a3 = DoubleVector.fromMemorySegment(DOUBLES, p, p3 + o, ORDER);
      DoubleVector sum3 = b.sub(anchor3).sub(d3).fma(a3, sum2);
      sum3.intoMemorySegment(out, outAt + o, ORDER);
    }
    for (int j = bound; j < n; j++) {
      long o = 8L * j & OFFSET;
      double b = v.get(F64, vAt + o);
      double sum = out.get(F64, outAt + o);
      sum = Math.fma(p.get(F64, pAt + o), b - anchor0 - d0, sum);
      sum = Math.fma(p.get(F64, p1 + o), b - anchor1 - d1, sum);
      sum = Math.fma(p.get(F64, p2 + o), b - anchor2 - d2, sum);
      sum = Math.fma(p.get(F64, p3 + o), b - anchor3 - d3, sum);
      out.set(F64, outAt + o, sum);
    }
  }
}
