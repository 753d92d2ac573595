package jot.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
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
    c = offHeap(c);
    g = offHeap(g);
    dst = offHeap(dst);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    for (int j = 0; j < n; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
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
      sum = sum.add(e);
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
