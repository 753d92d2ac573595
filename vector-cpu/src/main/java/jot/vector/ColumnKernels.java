package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.INDEX;
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
import static jot.vector.VectorExp.INFINITE;
import static jot.vector.VectorExp.LOG2_E;
import static jot.vector.VectorExp.LOWEST;
import static jot.vector.VectorExp.ROUNDER;
import static jot.vector.VectorExp.ZERO;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jot.spi.host.RowKernels;

/**
 * A row's part in the columns' log-sum-exp, against the columns' maxima: the pass for when nothing
 * is known to be bounded yet. It has no row to write exponents to, so it carries its exponential.
 */
interface ColumnKernels extends RowKernels {

  @Override
  default void raiseTops(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      int n) {
    c = offHeap(c);
    beta = offHeap(beta);
    top = offHeap(top);
    DoubleVector row = DOUBLE_VECTOR.cast(DoubleVector.broadcast(DOUBLES, f));
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, top, topAt + 8L * j, ORDER);
      DoubleVector slack = row.sub(cost.sub(alpha).sub(column));
      DoubleVector raised = old.blend(slack, slack.compare(GT, old));
      raised.intoMemorySegment(top, topAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * bound, ORDER, rest);
      DoubleVector column =
          DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, top, topAt + 8L * bound, ORDER, rest);
      DoubleVector slack = row.sub(cost.sub(alpha).sub(column));
      DoubleVector raised = old.blend(slack, slack.compare(GT, old));
      raised.intoMemorySegment(top, topAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void addColumnExp(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      double inverseEpsilon,
      MemorySegment sum,
      long sumAt,
      int n) {
    int bound = DOUBLES.loopBound(n);
    if (bound > 0) {
      addColumnExpFull(
          c, cAt, alpha, beta, betaAt, f, top, topAt, inverseEpsilon, sum, sumAt, bound);
    }
    if (bound < n) {
      long o = 8L * bound;
      addColumnExpRest(
          c,
          cAt + o,
          alpha,
          beta,
          betaAt + o,
          f,
          top,
          topAt + o,
          inverseEpsilon,
          sum,
          sumAt + o,
          n - bound);
    }
  }

  /** {@link #addColumnExp} of whole vectors; the exponential is that of {@link VectorExp}. */
  private static void addColumnExpFull(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      double inverseEpsilon,
      MemorySegment sum,
      long sumAt,
      int n) {
    c = offHeap(c);
    beta = offHeap(beta);
    top = offHeap(top);
    sum = offHeap(sum);
    DoubleVector row = DoubleVector.broadcast(DOUBLES, f);
    for (int j = 0; j < n; j += LANES) {
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * j, ORDER);
      DoubleVector most = DoubleVector.fromMemorySegment(DOUBLES, top, topAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, sum, sumAt + 8L * j, ORDER);
      DoubleVector slack = row.sub(cost.sub(alpha).sub(column)).sub(most);
      DoubleVector exponent = slack.mul(inverseEpsilon * LOG2_E);
      DoubleVector v =
          exponent
              .blend(ZERO, exponent.compare(LT, LOWEST))
              .blend(INFINITE, exponent.compare(GT, INFINITE));
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
      DoubleVector grown = old.blend(old.add(e), most.compare(GT, Double.NEGATIVE_INFINITY));
      grown.intoMemorySegment(sum, sumAt + 8L * j, ORDER);
    }
  }

  /** {@link #addColumnExp} of less than a vector. */
  private static void addColumnExpRest(
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      double f,
      MemorySegment top,
      long topAt,
      double inverseEpsilon,
      MemorySegment sum,
      long sumAt,
      int n) {
    c = offHeap(c);
    beta = offHeap(beta);
    top = offHeap(top);
    sum = offHeap(sum);
    DoubleVector row = DoubleVector.broadcast(DOUBLES, f);
    VectorMask<Double> rest = INDEX.compare(LT, n);
    DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt, ORDER, rest);
    DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt, ORDER, rest);
    DoubleVector most = DoubleVector.fromMemorySegment(DOUBLES, top, topAt, ORDER, rest);
    DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, sum, sumAt, ORDER, rest);
    DoubleVector slack = row.sub(cost.sub(alpha).sub(column)).sub(most);
    DoubleVector exponent = slack.mul(inverseEpsilon * LOG2_E);
    DoubleVector v =
        exponent
            .blend(ZERO, exponent.compare(LT, LOWEST))
            .blend(INFINITE, exponent.compare(GT, INFINITE));
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
    DoubleVector grown = old.blend(old.add(e), most.compare(GT, Double.NEGATIVE_INFINITY));
    grown.intoMemorySegment(sum, sumAt, ORDER, rest);
  }
}
