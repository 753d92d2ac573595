package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.FloatKernels.C1;
import static jot.vector.FloatKernels.C2;
import static jot.vector.FloatKernels.C3;
import static jot.vector.FloatKernels.C4;
import static jot.vector.FloatKernels.C5;
import static jot.vector.FloatKernels.C6;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.F32;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.FLOATS;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.VectorExp.INFINITE;
import static jot.vector.VectorExp.LOG2_E;
import static jot.vector.VectorExp.ROUNDER;
import static jot.vector.VectorExp.ZERO;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * The plan's row for those who store it as F32: F64 throughout, but with the short polynomial of
 * {@link FloatKernels}, whose error of 9·10⁻⁹ is a seventh of the rounding at the end. One loop,
 * for so short a chain of operations leaves room for several vectors in what a processor looks
 * ahead.
 */
interface RoundedKernels extends RowKernels {
  /** The smallest exponent whose power is a normal number of F32. */
  double LOWEST_F32 = -126;

  @Override
  default void gibbsAsF32(
      MemorySegment c,
      long cAt,
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
    double rate = inverseEpsilon * LOG2_E;
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector x = potential.add(f).sub(cost).mul(rate);
      DoubleVector v =
          x.blend(ZERO, x.compare(LT, LOWEST_F32)).blend(INFINITE, x.compare(GT, INFINITE));
      DoubleVector shifted = v.add(ROUNDER);
      DoubleVector r = v.sub(shifted.sub(ROUNDER));
      DoubleVector rr = r.mul(r);
      DoubleVector upper =
          r.fma(DoubleVector.broadcast(DOUBLES, C5), DoubleVector.broadcast(DOUBLES, C4));
      DoubleVector low =
          r.fma(DoubleVector.broadcast(DOUBLES, C3), DoubleVector.broadcast(DOUBLES, C2));
      DoubleVector q = rr.fma(DoubleVector.broadcast(DOUBLES, C6), upper).fma(rr, low);
      DoubleVector line =
          r.fma(DoubleVector.broadcast(DOUBLES, C1), DoubleVector.broadcast(DOUBLES, 1));
      DoubleVector p = q.fma(rr, line);
      DoubleVector e =
          shifted
              .reinterpretAsLongs()
              .lanewise(LSHL, 52)
              .add(p.reinterpretAsLongs())
              .reinterpretAsDoubles();
      e.convertShape(VectorOperators.D2F, FLOATS, 0).intoMemorySegment(dst, dstAt + 4L * j, ORDER);
    }
    for (int j = bound; j < n; j++) {
      double x = ((g.get(F64, gAt + 8L * j) + f) - c.get(F64, cAt + 8L * j)) * rate;
      dst.set(F32, dstAt + 4L * j, power(x < LOWEST_F32 ? ZERO : x > INFINITE ? INFINITE : x));
    }
  }

  /** 2ˣ, as the vectors have it. */
  private static float power(double x) {
    double shifted = x + ROUNDER;
    double r = x - (shifted - ROUNDER);
    double rr = r * r;
    double q = Math.fma(Math.fma(rr, C6, Math.fma(r, C5, C4)), rr, Math.fma(r, C3, C2));
    double p = Math.fma(q, rr, Math.fma(r, C1, 1));
    long bits = (Double.doubleToRawLongBits(shifted) << 52) + Double.doubleToRawLongBits(p);
    return (float) Double.longBitsToDouble(bits);
  }
}
