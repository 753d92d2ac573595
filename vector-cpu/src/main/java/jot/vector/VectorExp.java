package jot.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * 2ˣ, in place, of exponents within [{@value #ZERO}, {@value #INFINITE}]: within 1 ulp from −1022
 * on; {@value #ZERO} gives 0 and {@value #INFINITE} gives +∞; NaN stays NaN. Who writes the
 * exponents puts those two numbers in the place of what is below −1022 and above 1024, while it has
 * them in a register: the exponential then needs no comparison.
 *
 * <p><b>Formula.</b> With k = round(x) and r = x − k, both exact, 2ˣ = 2ᵏ·p(r) on |r| ≤ ½, where
 * p(r) = 1 + r (C1 + r q(r)) and C1 + r q(r) interpolates (2ʳ − 1)/r at the eleven Chebyshev points
 * (relative error of p 8.4·10⁻¹⁸, of its rounded coefficients 2.0·10⁻¹⁷ = 0.18 ulp of ½). 2ᵏ is
 * added to the exponent bits: k = −1023 takes p(0) = 1 to the bits of 0, k = 1024 to those of +∞.
 *
 * <p><b>Error.</b> An ulp of p is 2⁻⁵³ where r &lt; 0. There the last fma rounds by 0.5 ulp; C1 + r
 * q, below 1, rounds by 0.5 ulp of its own and is off by 0.3 of them from C1 and q, and counts |r|
 * ≤ ½ times: 0.9 ulp and, with the coefficients, below 1; the largest error found among 2·10⁷
 * arguments is 0.91.
 *
 * <p><b>Speed.</b> q is Horner's rule over pairs, in r²: short enough a chain that a processor
 * finds several of them at once, and few enough operations. The loop writes where it reads, from a
 * chunk in the first cache.
 *
 * <p><b>Bits.</b> fma, add, multiply and integer operations are rounded exactly in every tier of
 * the virtual machine, so a cold call gives the bits of a warm one. {@code VectorOperators.EXP}
 * promises neither that nor speed.
 */
final class VectorExp {
  static final double LOG2_E = 0x1.71547652b82fep0;
  static final double LN2 = 0x1.62e42fefa39efp-1;

  /** Adding it rounds to an integer, which then stands in the lowest bits. */
  static final double ROUNDER = 0x1.8p52;

  /** The smallest exponent whose power counts. */
  static final double LOWEST = -1022;

  /** Stands for every exponent below {@link #LOWEST}. */
  static final double ZERO = -1023;

  /** Stands for every exponent that is larger. */
  static final double INFINITE = 1024;

  static final double C1 = 0x1.62e42fefa39efp-1;
  static final double C2 = 0x1.ebfbdff82c598p-3;
  static final double C3 = 0x1.c6b08d704a0c2p-5;
  static final double C4 = 0x1.3b2ab6fba1ddap-7;
  static final double C5 = 0x1.5d87fe78a5276p-10;
  static final double C6 = 0x1.430913096fd9fp-13;
  static final double C7 = 0x1.ffcbfc670dcd4p-17;
  static final double C8 = 0x1.62bfd47773353p-20;
  static final double C9 = 0x1.b524fae627834p-24;
  static final double C10 = 0x1.e6063f7217bc6p-28;
  static final double C11 = 0x1.e9d3fe3952179p-32;

  private VectorExp() {}

  /**
   * x_j ← 2^x_j.
   *
   * @return Σ 2^x_j
   */
  static double exp2(MemorySegment x, long xAt, int n) {
    int bound = DOUBLES.loopBound(n);
    double sum = bound > 0 ? exp2Full(x, xAt, bound) : 0;
    return bound < n ? sum + exp2Rest(x, xAt + 8L * bound, n - bound) : sum;
  }

  /** {@link #exp2} of whole vectors. */
  private static double exp2Full(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    for (int j = 0; j < n; j += LANES) {
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
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
      e.intoMemorySegment(x, xAt + 8L * j, ORDER);
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

  /** {@link #exp2} of less than a vector. */
  private static double exp2Rest(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    VectorMask<Double> rest = INDEX.compare(LT, n);
    DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt, ORDER, rest);
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
    e.intoMemorySegment(x, xAt, ORDER, rest);
    DoubleVector sum = DoubleVector.zero(DOUBLES).blend(e, rest);
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
