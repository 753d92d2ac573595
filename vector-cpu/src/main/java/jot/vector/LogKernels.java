package jot.vector;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.OR;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jot.spi.host.RowKernels;

/**
 * Updates of the potentials.
 *
 * <p><b>Formula.</b> A quotient is 2ᵏ·(1 + f) with 1 + f in [√½, √2); with s = f/(2 + f), log(1 +
 * f) = f − s (f − R) where s R is the odd series of 2 artanh(s) less its first term: 2s³/3 + 2s⁵/5
 * + …, in its minimax form (W. J. Cody and W. Waite, "Software manual for the elementary
 * functions", 1980; the coefficients are those of FDLIBM's log). Within 1.5 ulp, and exact at 1.
 */
interface LogKernels extends RowKernels {
  /** What takes the bits of √½ to those of 1, so that the exponent field is that of 2ᵏ. */
  long UP = 0x3ff0000000000000L - 0x3fe6a09e667f3bcdL;

  /** 2⁵² in bits: an integer in its low half is a double less 2⁵². */
  long TWO_52 = 0x4330000000000000L;

  double LN2_HIGH = 0.6931471803691238;
  double LN2_LOW = 1.9082149292705877E-10;
  double L1 = 0.6666666666666735;
  double L2 = 0.3999999999940942;
  double L3 = 0.2857142874366239;
  double L4 = 0.22222198432149784;
  double L5 = 0.1818357216161805;
  double L6 = 0.15313837699209373;
  double L7 = 0.14798198605116586;

  @Override
  default boolean addLog(
      double s,
      MemorySegment p,
      long pAt,
      MemorySegment q,
      long qAt,
      MemorySegment y,
      long yAt,
      int n) {
    int bound = DOUBLES.loopBound(n);
    boolean all = bound == 0 || addLogFull(s, p, pAt, q, qAt, y, yAt, bound);
    if (bound < n) {
      long o = 8L * bound;
      all &= addLogRest(s, p, pAt + o, q, qAt + o, y, yAt + o, n - bound);
    }
    return all;
  }

  /** {@link #addLog} of whole vectors. */
  private static boolean addLogFull(
      double s,
      MemorySegment p,
      long pAt,
      MemorySegment q,
      long qAt,
      MemorySegment y,
      long yAt,
      int n) {
    pAt = at(p, pAt, 8L * n);
    qAt = at(q, qAt, 8L * n);
    yAt = at(y, yAt, 8L * n);
    p = memory(p);
    q = memory(q);
    y = memory(y);
    boolean all = true;
    for (int j = 0; j < n; j += LANES) {
      long o = 8L * j & OFFSET;
      DoubleVector over = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + o, ORDER);
      DoubleVector under = DoubleVector.fromMemorySegment(DOUBLES, q, qAt + o, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + o, ORDER);
      DoubleVector quotient = over.div(under);
      VectorMask<Double> normal =
          quotient.compare(GE, Double.MIN_NORMAL).and(quotient.compare(LE, Double.MAX_VALUE));
      LongVector bits = quotient.reinterpretAsLongs();
      LongVector field = bits.add(UP).lanewise(LSHR, 52);
      DoubleVector k = field.lanewise(OR, TWO_52).reinterpretAsDoubles().sub(0x1.0p52 + 1023);
      DoubleVector f = bits.sub(field.sub(1023).lanewise(LSHL, 52)).reinterpretAsDoubles().sub(1);
      DoubleVector ratio = f.div(f.add(2));
      DoubleVector z = ratio.mul(ratio);
      DoubleVector w = z.mul(z);
      DoubleVector even =
          w.fma(DoubleVector.broadcast(DOUBLES, L6), DoubleVector.broadcast(DOUBLES, L4))
              .fma(w, DoubleVector.broadcast(DOUBLES, L2))
              .mul(w);
      DoubleVector odd =
          w.fma(DoubleVector.broadcast(DOUBLES, L7), DoubleVector.broadcast(DOUBLES, L5))
              .fma(w, DoubleVector.broadcast(DOUBLES, L3))
              .fma(w, DoubleVector.broadcast(DOUBLES, L1))
              .mul(z);
      DoubleVector half = f.mul(f).mul(0.5);
      DoubleVector small = half.add(even.add(odd)).mul(ratio).add(k.mul(LN2_LOW));
      DoubleVector log = k.mul(LN2_HIGH).sub(half.sub(small).sub(f));
      DoubleVector moved = old.blend(log.fma(DoubleVector.broadcast(DOUBLES, s), old), normal);
      moved.intoMemorySegment(y, yAt + o, ORDER);
      all &= normal.allTrue();
    }
    return all;
  }

  /** {@link #addLog} of less than a vector. */
  private static boolean addLogRest(
      double s,
      MemorySegment p,
      long pAt,
      MemorySegment q,
      long qAt,
      MemorySegment y,
      long yAt,
      int n) {
    p = offHeap(p);
    q = offHeap(q);
    y = offHeap(y);
    VectorMask<Double> rest = INDEX.compare(LT, n);
    DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
    DoubleVector over =
        one.blend(DoubleVector.fromMemorySegment(DOUBLES, p, pAt, ORDER, rest), rest);
    DoubleVector under =
        one.blend(DoubleVector.fromMemorySegment(DOUBLES, q, qAt, ORDER, rest), rest);
    DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, y, yAt, ORDER, rest);
    DoubleVector quotient = over.div(under);
    VectorMask<Double> normal =
        quotient.compare(GE, Double.MIN_NORMAL).and(quotient.compare(LE, Double.MAX_VALUE));
    LongVector bits = quotient.reinterpretAsLongs();
    LongVector field = bits.add(UP).lanewise(LSHR, 52);
    DoubleVector k = field.lanewise(OR, TWO_52).reinterpretAsDoubles().sub(0x1.0p52 + 1023);
    DoubleVector f = bits.sub(field.sub(1023).lanewise(LSHL, 52)).reinterpretAsDoubles().sub(1);
    DoubleVector ratio = f.div(f.add(2));
    DoubleVector z = ratio.mul(ratio);
    DoubleVector w = z.mul(z);
    DoubleVector even =
        w.fma(DoubleVector.broadcast(DOUBLES, L6), DoubleVector.broadcast(DOUBLES, L4))
            .fma(w, DoubleVector.broadcast(DOUBLES, L2))
            .mul(w);
    DoubleVector odd =
        w.fma(DoubleVector.broadcast(DOUBLES, L7), DoubleVector.broadcast(DOUBLES, L5))
            .fma(w, DoubleVector.broadcast(DOUBLES, L3))
            .fma(w, DoubleVector.broadcast(DOUBLES, L1))
            .mul(z);
    DoubleVector half = f.mul(f).mul(0.5);
    DoubleVector small = half.add(even.add(odd)).mul(ratio).add(k.mul(LN2_LOW));
    DoubleVector log = k.mul(LN2_HIGH).sub(half.sub(small).sub(f));
    DoubleVector moved = old.blend(log.fma(DoubleVector.broadcast(DOUBLES, s), old), normal);
    moved.intoMemorySegment(y, yAt, ORDER, rest);
    return normal.allTrue();
  }
}
