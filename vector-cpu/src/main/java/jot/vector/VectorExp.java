package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * eˣ, in place, within 1 ulp where the result is normal; 0 below 2⁻¹⁰²², +∞ above the largest
 * double; NaN stays NaN.
 *
 * <p><b>Formula.</b> With k = round(x/ln 2) and r = x − k ln 2, eˣ = 2ᵏ·p(r) on |r| ≤ ½ ln 2, where
 * p(r) = 1 + r + r²·q(r) and q is the minimax polynomial of degree 9 (our own Remez exchange,
 * relative error of p 3.7·10⁻¹⁸, of its rounded coefficients 1.0·10⁻¹⁷ = 0.09 ulp).
 *
 * <p><b>Error.</b> ln 2 is subtracted in two parts. The upper one has 42 bits and |k| needs 11, so
 * k·LN2_UPPER is exact, and so is x − k·LN2_UPPER, a multiple of 2⁻⁵⁴ below ½. Only the lower
 * part's fma rounds, by 2⁻⁵⁵ at most. The worst place is r in [−0.35, −0.25], where an ulp of p is
 * 2⁻⁵³: the sum 1 + (r + r²q) rounds by 0.5 ulp, r + r²q by 0.25, r by 0.25 p < 0.2, the
 * coefficients by 0.07, q by 0.04; 2ᵏ goes into the exponent bits and is exact. So the bound is
 * 1.06 ulp; the largest error found among 60,000 arguments is 1.002.
 *
 * <p><b>Bits.</b> fma, add, multiply, compare and integer operations are rounded exactly in every
 * tier of the virtual machine, so a cold call gives the bits of a warm one. {@code
 * VectorOperators.EXP} promises neither that nor speed.
 */
final class VectorExp {
  static final double LOG2_E = 0x1.71547652b82fep0;

  /** Adding it rounds to an integer, which then stands in the lowest bits. */
  static final double ROUNDER = 0x1.8p52;

  static final double LN2_UPPER = 0x1.62e42fefa3800p-1;
  static final double LN2_LOWER = 0x1.ef35793c76730p-45;

  /** The smallest x with eˣ ≥ 2⁻¹⁰²². */
  static final double LOWEST = -0x1.6232bdd7abcd2p9;

  /** The largest x with finite eˣ. */
  static final double HIGHEST = 0x1.62e42fefa39efp9;

  static final double C2 = 0x1.000000000000ap-1;
  static final double C3 = 0x1.5555555555503p-3;
  static final double C4 = 0x1.5555555550605p-5;
  static final double C5 = 0x1.1111111124d27p-7;
  static final double C6 = 0x1.6c16c184b5d26p-10;
  static final double C7 = 0x1.a01a013ccba3ep-13;
  static final double C8 = 0x1.a01998bb50803p-16;
  static final double C9 = 0x1.71def1145ca14p-19;
  static final double C10 = 0x1.28ae7a8ece22ep-22;
  static final double C11 = 0x1.ade95f42f08ddp-26;

  private VectorExp() {}

  /**
   * x_j ← exp(x_j).
   *
   * @return Σ exp(x_j)
   */
  static double exp(MemorySegment x, long xAt, int n) {
    int bound = DOUBLES.loopBound(n);
    double sum = bound > 0 ? expFull(x, xAt, bound) : 0;
    return bound < n ? sum + expRest(x, xAt + 8L * bound, n - bound) : sum;
  }

  /** {@link #exp} of whole vectors. */
  private static double expFull(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    for (int j = 0; j < n; j += LANES) {
      DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector shifted =
          v.fma(DoubleVector.broadcast(DOUBLES, LOG2_E), DoubleVector.broadcast(DOUBLES, ROUNDER));
      DoubleVector k = shifted.sub(ROUNDER);
      DoubleVector upper = k.fma(DoubleVector.broadcast(DOUBLES, -LN2_UPPER), v);
      DoubleVector r = k.fma(DoubleVector.broadcast(DOUBLES, -LN2_LOWER), upper);
      DoubleVector rr = r.mul(r);
      DoubleVector even =
          rr.fma(DoubleVector.broadcast(DOUBLES, C10), DoubleVector.broadcast(DOUBLES, C8))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C6))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C4))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C2));
      DoubleVector odd =
          rr.fma(DoubleVector.broadcast(DOUBLES, C11), DoubleVector.broadcast(DOUBLES, C9))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C7))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C5))
              .fma(rr, DoubleVector.broadcast(DOUBLES, C3));
      DoubleVector p = odd.fma(r, even).fma(rr, r).add(1.0);
      DoubleVector scaled =
          shifted
              .reinterpretAsLongs()
              .lanewise(LSHL, 52)
              .add(p.reinterpretAsLongs())
              .reinterpretAsDoubles();
      DoubleVector e =
          scaled
              .blend(0.0, v.compare(LT, LOWEST))
              .blend(Double.POSITIVE_INFINITY, v.compare(GT, HIGHEST));
      e.intoMemorySegment(x, xAt + 8L * j, ORDER);
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

  /** {@link #exp} of less than a vector. */
  private static double expRest(MemorySegment x, long xAt, int n) {
    x = offHeap(x);
    VectorMask<Double> rest = INDEX.compare(LT, n);
    DoubleVector v = DoubleVector.fromMemorySegment(DOUBLES, x, xAt, ORDER, rest);
    DoubleVector shifted =
        v.fma(DoubleVector.broadcast(DOUBLES, LOG2_E), DoubleVector.broadcast(DOUBLES, ROUNDER));
    DoubleVector k = shifted.sub(ROUNDER);
    DoubleVector upper = k.fma(DoubleVector.broadcast(DOUBLES, -LN2_UPPER), v);
    DoubleVector r = k.fma(DoubleVector.broadcast(DOUBLES, -LN2_LOWER), upper);
    DoubleVector rr = r.mul(r);
    DoubleVector even =
        rr.fma(DoubleVector.broadcast(DOUBLES, C10), DoubleVector.broadcast(DOUBLES, C8))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C6))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C4))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C2));
    DoubleVector odd =
        rr.fma(DoubleVector.broadcast(DOUBLES, C11), DoubleVector.broadcast(DOUBLES, C9))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C7))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C5))
            .fma(rr, DoubleVector.broadcast(DOUBLES, C3));
    DoubleVector p = odd.fma(r, even).fma(rr, r).add(1.0);
    DoubleVector scaled =
        shifted
            .reinterpretAsLongs()
            .lanewise(LSHL, 52)
            .add(p.reinterpretAsLongs())
            .reinterpretAsDoubles();
    DoubleVector e =
        scaled
            .blend(0.0, v.compare(LT, LOWEST))
            .blend(Double.POSITIVE_INFINITY, v.compare(GT, HIGHEST));
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
