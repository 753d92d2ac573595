package jot.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;
import static jot.vector.VectorExp.C1;
import static jot.vector.VectorExp.C10;
import static jot.vector.VectorExp.C11;
import static jot.vector.VectorExp.C2;
import static jot.vector.VectorExp.C3;
import static jot.vector.VectorExp.C4;
import static jot.vector.VectorExp.C5;
import static jot.vector.VectorExp.C6;
import static jot.vector.VectorExp.C7;
import static jot.vector.VectorExp.C8;
import static jot.vector.VectorExp.C9;
import static jot.vector.VectorExp.LOG2_E;
import static jot.vector.VectorExp.ROUNDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jot.spi.host.RowKernels;

/**
 * The plan's row in one loop, where no exponent leaves the range: without the comparisons of {@link
 * PlanKernels} the operations of some vectors fit into what a processor looks ahead, and the
 * exponentials of one hide the memory of the next. A quarter faster than two loops on Zen 3 where
 * the costs are beyond the second cache.
 */
interface RangeKernels extends RowKernels {

  @Override
  default double gibbsInRange(
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
    for (int j = 0; j < n; j += PlanKernels.CHUNK) { // sums of the same numbers in the same order
      long o = 8L * j;
      int count = Math.min(PlanKernels.CHUNK, n - j);
      int bound = DOUBLES.loopBound(count);
      double part =
          bound > 0 ? exponentials(c, cAt + o, g, gAt + o, f, rate, dst, dstAt + o, bound) : 0;
      if (bound < count) {
        long r = o + 8L * bound;
        part += gibbs(c, cAt + r, g, gAt + r, f, inverseEpsilon, dst, dstAt + r, count - bound);
      }
      sum += part;
    }
    return sum;
  }

  @Override
  default void gibbsInRange(
      int rows,
      MemorySegment c,
      long cAt,
      long cStride,
      MemorySegment g,
      long gAt,
      MemorySegment f,
      long fAt,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      long dstStride,
      MemorySegment sums,
      long sumsAt,
      int n) {
    int bound = DOUBLES.loopBound(n);
    if (bound == 0 || n > PlanKernels.CHUNK) {
      RowKernels.super.gibbsInRange(
          rows,
          c,
          cAt,
          cStride,
          g,
          gAt,
          f,
          fAt,
          inverseEpsilon,
          dst,
          dstAt,
          dstStride,
          sums,
          sumsAt,
          n);
      return;
    }
    double rate = inverseEpsilon * LOG2_E;
    exponentials(
        rows, c, cAt, cStride, g, gAt, f, fAt, rate, dst, dstAt, dstStride, sums, sumsAt, bound);
    for (int r = 0; bound < n && r < rows; r++) {
      double own = f.get(F64, fAt + 8L * r);
      long costAt = cAt + r * cStride + 8L * bound;
      long at = dstAt + r * dstStride + 8L * bound;
      double rest = gibbs(c, costAt, g, gAt + 8L * bound, own, inverseEpsilon, dst, at, n - bound);
      sums.set(F64, sumsAt + 8L * r, sums.get(F64, sumsAt + 8L * r) + rest);
    }
  }

  /** {@link #exponentials} of some rows: short ones overlap, and a call costs more than one. */
  private static void exponentials(
      int rows,
      MemorySegment c,
      long cAt,
      long cStride,
      MemorySegment g,
      long gAt,
      MemorySegment f,
      long fAt,
      double rate,
      MemorySegment dst,
      long dstAt,
      long dstStride,
      MemorySegment sums,
      long sumsAt,
      int n) {
    dstStride &= OFFSET;
    gAt = at(g, gAt, 8L * n);
    fAt = at(f, fAt, 8L * rows);
    dstAt = at(dst, dstAt, (rows - 1) * dstStride + 8L * n);
    sumsAt = at(sums, sumsAt, 8L * rows);
    c = offHeap(c);
    g = memory(g);
    f = memory(f);
    dst = memory(dst);
    sums = memory(sums);
    for (int i = 0; i < rows; i++) {
      double own = f.get(F64, fAt + (8L * i & OFFSET));
      long costAt = cAt + i * cStride;
      long rowAt = dstAt + (i * dstStride & OFFSET);
      DoubleVector sum = DoubleVector.zero(DOUBLES);
      for (int j = 0; j < n; j += LANES) {
        long o = 8L * j & OFFSET;
        DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, costAt + 8L * j, ORDER);
        DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + o, ORDER);
        DoubleVector v = potential.add(own).sub(cost).mul(rate);
        DoubleVector shifted = v.add(ROUNDER);
        DoubleVector r = v.sub(shifted.sub(ROUNDER));
        DoubleVector rr = r.mul(r);
        DoubleVector high =
            r.fma(DoubleVector.broadcast(DOUBLES, C11), DoubleVector.broadcast(DOUBLES, C10));
        DoubleVector upper =
            r.fma(DoubleVector.broadcast(DOUBLES, C9), DoubleVector.broadcast(DOUBLES, C8));
        DoubleVector middle =
            r.fma(DoubleVector.broadcast(DOUBLES, C7), DoubleVector.broadcast(DOUBLES, C6));
        DoubleVector lower =
            r.fma(DoubleVector.broadcast(DOUBLES, C5), DoubleVector.broadcast(DOUBLES, C4));
        DoubleVector low =
            r.fma(DoubleVector.broadcast(DOUBLES, C3), DoubleVector.broadcast(DOUBLES, C2));
        DoubleVector q = high.fma(rr, upper).fma(rr, middle).fma(rr, lower).fma(rr, low);
        DoubleVector p =
            q.fma(r, DoubleVector.broadcast(DOUBLES, C1))
                .fma(r, DoubleVector.broadcast(DOUBLES, 1));
        DoubleVector e =
            shifted
                .reinterpretAsLongs()
                .lanewise(LSHL, 52)
                .add(p.reinterpretAsLongs())
                .reinterpretAsDoubles();
        e.intoMemorySegment(dst, rowAt + o, ORDER);
        sum = DOUBLE_VECTOR.cast(sum.add(e));
      }
      double total = sum.lane(0) + sum.lane(1);
      if (LANES > 2) {
        total += sum.lane(2) + sum.lane(3);
      }
      if (LANES > 4) {
        total += (sum.lane(4) + sum.lane(5)) + (sum.lane(6) + sum.lane(7));
      }
      sums.set(F64, sumsAt + (8L * i & OFFSET), total);
    }
  }

  /**
   * dst_j ← 2^(((f + g_j) − c_j)·rate), as {@link VectorExp} has it, of whole vectors; their sum.
   */
  private static double exponentials(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      double f,
      double rate,
      MemorySegment dst,
      long dstAt,
      int n) {
    gAt = at(g, gAt, 8L * n);
    c = offHeap(c);
    g = memory(g);
    dst = offHeap(dst);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    for (int j = 0; j < n; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + o, ORDER);
      DoubleVector v = potential.add(f).sub(cost).mul(rate);
      DoubleVector shifted = v.add(ROUNDER);
      DoubleVector r = v.sub(shifted.sub(ROUNDER));
      DoubleVector rr = r.mul(r);
      DoubleVector high =
          r.fma(DoubleVector.broadcast(DOUBLES, C11), DoubleVector.broadcast(DOUBLES, C10));
      DoubleVector upper =
          r.fma(DoubleVector.broadcast(DOUBLES, C9), DoubleVector.broadcast(DOUBLES, C8));
      DoubleVector middle =
          r.fma(DoubleVector.broadcast(DOUBLES, C7), DoubleVector.broadcast(DOUBLES, C6));
      DoubleVector lower =
          r.fma(DoubleVector.broadcast(DOUBLES, C5), DoubleVector.broadcast(DOUBLES, C4));
      DoubleVector low =
          r.fma(DoubleVector.broadcast(DOUBLES, C3), DoubleVector.broadcast(DOUBLES, C2));
      DoubleVector q = high.fma(rr, upper).fma(rr, middle).fma(rr, lower).fma(rr, low);
      DoubleVector p =
          q.fma(r, DoubleVector.broadcast(DOUBLES, C1)).fma(r, DoubleVector.broadcast(DOUBLES, 1));
      DoubleVector e =
          shifted
              .reinterpretAsLongs()
              .lanewise(LSHL, 52)
              .add(p.reinterpretAsLongs())
              .reinterpretAsDoubles();
      e.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
      sum = DOUBLE_VECTOR.cast(sum.add(e));
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
}
