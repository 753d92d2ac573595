package jot.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.UMIN;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.F32;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.FLOATS;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.WIDE;
import static jot.vector.Lanes.WIDE_INDEX;
import static jot.vector.Lanes.WIDE_VECTOR;
import static jot.vector.Lanes.offHeap;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;
import static jot.vector.VectorExp.LOG2_E;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jot.spi.host.RowKernels;

/**
 * The plan in F32 throughout: twice as many numbers in a vector and half the polynomial of {@link
 * VectorExp}, whose scheme this is. 2ʳ − 1 over r is interpolated at six Chebyshev points: relative
 * error 9·10⁻⁹ with the rounded coefficients, 0.15 ulp.
 */
interface FloatKernels extends RowKernels {
  /** Numbers in a chunk: a lane adds up to 128 of them, off by 2⁻¹⁹ at most. */
  int FLOAT_CHUNK = 512;

  /** Floats in a vector: 4, 8 or 16. */
  int FLOATS_WIDE = WIDE.length();

  float ROUNDER = 0x1.8p23f;

  /** The smallest exponent: stands for all below it, so that no number leaves the normal range. */
  float LOWEST = -126;

  float INFINITE = 128;

  /** As integers, floats above 0 stand in their order; below 0, without sign, in the reverse. */
  int LOWEST_BITS = Float.floatToRawIntBits(LOWEST);

  int INFINITE_BITS = Float.floatToRawIntBits(INFINITE);

  /** On ARM the greater of two floats is one instruction; on x86, which forgets NaN, it is five. */
  boolean BY_BITS = !System.getProperty("os.arch", "").equals("aarch64");

  float C1 = 0x1.62e430p-1f;
  float C2 = 0x1.ebfbe0p-3f;
  float C3 = 0x1.c6af6cp-5f;
  float C4 = 0x1.3b2a54p-7f;
  float C5 = 0x1.5f0890p-10f;
  float C6 = 0x1.44138ap-13f;

  @Override
  default double gibbsInF32(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      float f,
      double inverseEpsilon,
      MemorySegment dst,
      long dstAt,
      int n) {
    float rate = (float) (inverseEpsilon * LOG2_E);
    double sum = 0;
    for (int j = 0; j < n; j += FLOAT_CHUNK) {
      long o = 4L * j;
      int count = Math.min(FLOAT_CHUNK, n - j);
      int bound = WIDE.loopBound(count);
      if (bound > 0) {
        sum += exponentials(c, cAt + o, g, gAt + o, f, rate, dst, dstAt + o, bound);
      }
      if (bound < count) {
        long r = o + 4L * bound;
        sum += gibbsRest(c, cAt + r, g, gAt + r, f, rate, dst, dstAt + r, count - bound);
      }
    }
    return sum;
  }

  /** dst_j ← 2^(((g_j − c_j) + f)·rate) of whole vectors; their sum. */
  private static double exponentials(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      float f,
      float rate,
      MemorySegment dst,
      long dstAt,
      int n) {
    gAt = at(g, gAt, 4L * n);
    dstAt = at(dst, dstAt, 4L * n);
    c = offHeap(c);
    g = memory(g);
    dst = memory(dst);
    FloatVector sum = FloatVector.zero(WIDE);
    for (int j = 0; j < n; j += FLOATS_WIDE) {
      long o = 4L * j & OFFSET;
      FloatVector cost = FloatVector.fromMemorySegment(WIDE, c, cAt + 4L * j, ORDER);
      FloatVector potential = FloatVector.fromMemorySegment(WIDE, g, gAt + o, ORDER);
      FloatVector x = potential.sub(cost).add(f).mul(rate);
      FloatVector v =
          BY_BITS
              ? x.reinterpretAsInts()
                  .lanewise(UMIN, LOWEST_BITS)
                  .lanewise(MIN, INFINITE_BITS)
                  .reinterpretAsFloats()
              : x.max(LOWEST).min(INFINITE);
      FloatVector shifted = v.add(ROUNDER);
      FloatVector r = v.sub(shifted.sub(ROUNDER));
      FloatVector rr = r.mul(r);
      FloatVector upper = r.fma(FloatVector.broadcast(WIDE, C5), FloatVector.broadcast(WIDE, C4));
      FloatVector low = r.fma(FloatVector.broadcast(WIDE, C3), FloatVector.broadcast(WIDE, C2));
      FloatVector q = rr.fma(FloatVector.broadcast(WIDE, C6), upper).fma(rr, low);
      FloatVector line = r.fma(FloatVector.broadcast(WIDE, C1), FloatVector.broadcast(WIDE, 1));
      FloatVector p = q.fma(rr, line);
      FloatVector e =
          shifted
              .reinterpretAsInts()
              .lanewise(LSHL, 23)
              .add(p.reinterpretAsInts())
              .reinterpretAsFloats();
      e.intoMemorySegment(dst, dstAt + o, ORDER);
      sum = WIDE_VECTOR.cast(sum.add(e));
    }
    double total = sum.lane(0) + sum.lane(1) + (sum.lane(2) + sum.lane(3));
    if (FLOATS_WIDE > 4) {
      total += sum.lane(4) + sum.lane(5) + (sum.lane(6) + sum.lane(7));
    }
    if (FLOATS_WIDE > 8) {
      total += sum.lane(8) + sum.lane(9) + (sum.lane(10) + sum.lane(11));
      total += sum.lane(12) + sum.lane(13) + (sum.lane(14) + sum.lane(15));
    }
    return total;
  }

  @Override
  default double gibbsToF32(
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
    for (int j = 0; j < n; j += FLOAT_CHUNK) {
      int count = Math.min(FLOAT_CHUNK, n - j);
      int bound = WIDE.loopBound(count);
      long o = 4L * j;
      roundedExponents2(c, cAt + 2 * o, g, gAt + 2 * o, f, rate, dst, dstAt + o, count);
      if (bound > 0) {
        sum += exp2(dst, dstAt + o, bound);
      }
      if (bound < count) {
        sum += exp2Rest(dst, dstAt + o + 4L * bound, count - bound);
      }
    }
    return sum;
  }

  /** dst_j ← ((f + g_j) − c_j)·rate in F64, rounded. */
  private static void roundedExponents2(
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
    dstAt = at(dst, dstAt, 4L * n);
    c = offHeap(c);
    g = memory(g);
    dst = memory(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      long o = 4L * j & OFFSET;
      long wide = 8L * j & OFFSET;
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + wide, ORDER);
      DoubleVector exponent = potential.add(f).sub(cost).mul(rate);
      FloatVector x = (FloatVector) exponent.convertShape(VectorOperators.D2F, FLOATS, 0);
      FloatVector v =
          BY_BITS
              ? x.reinterpretAsInts()
                  .lanewise(UMIN, LOWEST_BITS)
                  .lanewise(MIN, INFINITE_BITS)
                  .reinterpretAsFloats()
              : x.max(LOWEST).min(INFINITE);
      v.intoMemorySegment(dst, dstAt + o, ORDER);
    }
    for (int j = bound; j < n; j++) {
      long o = 4L * j & OFFSET;
      long wide = 8L * j & OFFSET;
      double x = ((g.get(F64, gAt + wide) + f) - c.get(F64, cAt + 8L * j)) * rate;
      dst.set(F32, dstAt + o, (float) Math.min(Math.max(x, LOWEST), INFINITE));
    }
  }

  private static double exp2(MemorySegment x, long xAt, int n) {
    xAt = at(x, xAt, 4L * n);
    x = memory(x);
    FloatVector sum = FloatVector.zero(WIDE);
    for (int j = 0; j < n; j += FLOATS_WIDE) {
      long o = 4L * j & OFFSET;
      FloatVector v = FloatVector.fromMemorySegment(WIDE, x, xAt + o, ORDER);
      FloatVector shifted = v.add(ROUNDER);
      FloatVector r = v.sub(shifted.sub(ROUNDER));
      FloatVector rr = r.mul(r);
      FloatVector upper = r.fma(FloatVector.broadcast(WIDE, C5), FloatVector.broadcast(WIDE, C4));
      FloatVector low = r.fma(FloatVector.broadcast(WIDE, C3), FloatVector.broadcast(WIDE, C2));
      FloatVector q = rr.fma(FloatVector.broadcast(WIDE, C6), upper).fma(rr, low);
      FloatVector line = r.fma(FloatVector.broadcast(WIDE, C1), FloatVector.broadcast(WIDE, 1));
      FloatVector p = q.fma(rr, line);
      FloatVector e =
          shifted
              .reinterpretAsInts()
              .lanewise(LSHL, 23)
              .add(p.reinterpretAsInts())
              .reinterpretAsFloats();
      e.intoMemorySegment(x, xAt + o, ORDER);
      sum = WIDE_VECTOR.cast(sum.add(e));
    }
    double total = sum.lane(0) + sum.lane(1) + (sum.lane(2) + sum.lane(3));
    if (FLOATS_WIDE > 4) {
      total += sum.lane(4) + sum.lane(5) + (sum.lane(6) + sum.lane(7));
    }
    if (FLOATS_WIDE > 8) {
      total += sum.lane(8) + sum.lane(9) + (sum.lane(10) + sum.lane(11));
      total += sum.lane(12) + sum.lane(13) + (sum.lane(14) + sum.lane(15));
    }
    return total;
  }

  private static double gibbsRest(
      MemorySegment c,
      long cAt,
      MemorySegment g,
      long gAt,
      float f,
      float rate,
      MemorySegment dst,
      long dstAt,
      int n) {
    c = offHeap(c);
    g = offHeap(g);
    dst = offHeap(dst);
    VectorMask<Float> rest = WIDE_INDEX.compare(LT, n);
    FloatVector cost = FloatVector.fromMemorySegment(WIDE, c, cAt, ORDER, rest);
    FloatVector potential = FloatVector.fromMemorySegment(WIDE, g, gAt, ORDER, rest);
    FloatVector x = potential.sub(cost).add(f).mul(rate);
    x.max(LOWEST).min(INFINITE).intoMemorySegment(dst, dstAt, ORDER, rest);
    return exp2Rest(dst, dstAt, n);
  }

  /** {@link #exp2} of less than a vector. */
  private static double exp2Rest(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    VectorMask<Float> rest = WIDE_INDEX.compare(LT, n);
    FloatVector v = FloatVector.fromMemorySegment(WIDE, x, xAt, ORDER, rest);
    FloatVector shifted = v.add(ROUNDER);
    FloatVector r = v.sub(shifted.sub(ROUNDER));
    FloatVector rr = r.mul(r);
    FloatVector upper = r.fma(FloatVector.broadcast(WIDE, C5), FloatVector.broadcast(WIDE, C4));
    FloatVector low = r.fma(FloatVector.broadcast(WIDE, C3), FloatVector.broadcast(WIDE, C2));
    FloatVector q = rr.fma(FloatVector.broadcast(WIDE, C6), upper).fma(rr, low);
    FloatVector line = r.fma(FloatVector.broadcast(WIDE, C1), FloatVector.broadcast(WIDE, 1));
    FloatVector p = q.fma(rr, line);
    FloatVector e =
        shifted
            .reinterpretAsInts()
            .lanewise(LSHL, 23)
            .add(p.reinterpretAsInts())
            .reinterpretAsFloats();
    e.intoMemorySegment(x, xAt, ORDER, rest);
    FloatVector sum = FloatVector.zero(WIDE).blend(e, rest);
    double total = sum.lane(0) + sum.lane(1) + (sum.lane(2) + sum.lane(3));
    if (FLOATS_WIDE > 4) {
      total += sum.lane(4) + sum.lane(5) + (sum.lane(6) + sum.lane(7));
    }
    if (FLOATS_WIDE > 8) {
      total += sum.lane(8) + sum.lane(9) + (sum.lane(10) + sum.lane(11));
      total += sum.lane(12) + sum.lane(13) + (sum.lane(14) + sum.lane(15));
    }
    return total;
  }
}
