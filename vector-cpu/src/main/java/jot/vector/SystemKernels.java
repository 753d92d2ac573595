package jot.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.INDEX;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jot.spi.host.RowKernels;

/** The operator [diag a, P; Pᵀ, diag b] and its Laplacian, a row of the plan P at a time. */
interface SystemKernels extends RowKernels {

  @Override
  default double weightedDeviation(
      MemorySegment p, long pAt, MemorySegment g, long gAt, double level, int n) {
    p = offHeap(p);
    g = offHeap(g);
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    int pairs = n - n % (2 * LANES);
    for (int j = 0; j < pairs; j += 2 * LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(b.sub(level), a.compare(GT, 0));
      even = DOUBLE_VECTOR.cast(a.fma(kept, even));
      DoubleVector aNext =
          DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * (j + LANES), ORDER);
      DoubleVector bNext =
          DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * (j + LANES), ORDER);
      DoubleVector keptNext =
          DoubleVector.zero(DOUBLES).blend(bNext.sub(level), aNext.compare(GT, 0));
      odd = DOUBLE_VECTOR.cast(aNext.fma(keptNext, odd));
    }
    DoubleVector sum = even.add(odd);
    int bound = DOUBLES.loopBound(n);
    if (pairs < bound) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * pairs, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * pairs, ORDER);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(b.sub(level), a.compare(GT, 0));
      sum = DOUBLE_VECTOR.cast(a.fma(kept, sum));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(b.sub(level), a.compare(GT, 0));
      sum = DOUBLE_VECTOR.cast(a.fma(kept, sum));
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

  @Override
  default void addDeviation(
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double share,
      MemorySegment out,
      long outAt,
      int n) {
    p = offHeap(p);
    g = offHeap(g);
    out = offHeap(out);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * j, ORDER);
      DoubleVector kept =
          DoubleVector.zero(DOUBLES).blend(b.sub(level).sub(share), a.compare(GT, 0));
      DoubleVector sum = a.fma(kept, old);
      sum.intoMemorySegment(out, outAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * bound, ORDER, rest);
      DoubleVector kept =
          DoubleVector.zero(DOUBLES).blend(b.sub(level).sub(share), a.compare(GT, 0));
      DoubleVector sum = a.fma(kept, old);
      sum.intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void addDiagonal(
      MemorySegment p, long pAt, double r, MemorySegment out, long outAt, int n) {
    p = offHeap(p);
    out = offHeap(out);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * j, ORDER);
      DoubleVector others = DoubleVector.broadcast(DOUBLES, r).sub(a);
      DoubleVector sum = old.add(a.mul(others).div(r));
      sum.intoMemorySegment(out, outAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * bound, ORDER, rest);
      DoubleVector others = DoubleVector.broadcast(DOUBLES, r).sub(a);
      DoubleVector sum = old.add(a.mul(others).div(r));
      sum.intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default double anchoredDot(
      MemorySegment p, long pAt, MemorySegment v, long vAt, double vAnchor, int n) {
    p = offHeap(p);
    v = offHeap(v);
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    int pairs = n - n % (2 * LANES);
    for (int j = 0; j < pairs; j += 2 * LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * j, ORDER);
      even = DOUBLE_VECTOR.cast(a.fma(b.sub(vAnchor), even));
      DoubleVector aNext =
          DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * (j + LANES), ORDER);
      DoubleVector bNext =
          DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * (j + LANES), ORDER);
      odd = DOUBLE_VECTOR.cast(aNext.fma(bNext.sub(vAnchor), odd));
    }
    DoubleVector sum = even.add(odd);
    int bound = DOUBLES.loopBound(n);
    if (pairs < bound) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * pairs, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * pairs, ORDER);
      sum = DOUBLE_VECTOR.cast(a.fma(b.sub(vAnchor), sum));
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * bound, ORDER, rest);
      sum = DOUBLE_VECTOR.cast(a.fma(b.sub(vAnchor), sum));
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

  @Override
  default void addAnchored(
      MemorySegment p,
      long pAt,
      MemorySegment v,
      long vAt,
      double vAnchor,
      double d,
      MemorySegment out,
      long outAt,
      int n) {
    p = offHeap(p);
    v = offHeap(v);
    out = offHeap(out);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * j, ORDER);
      DoubleVector sum = a.fma(b.sub(vAnchor).sub(d), old);
      sum.intoMemorySegment(out, outAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * bound, ORDER, rest);
      DoubleVector sum = a.fma(b.sub(vAnchor).sub(d), old);
      sum.intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default void gradientRow(
      double scale,
      MemorySegment p,
      long pAt,
      MemorySegment g,
      long gAt,
      double level,
      double x,
      MemorySegment y,
      long yAt,
      MemorySegment dst,
      long dstAt,
      int n) {
    p = offHeap(p);
    g = offHeap(g);
    y = offHeap(y);
    dst = offHeap(dst);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * j, ORDER);
      DoubleVector column = DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * j, ORDER);
      DoubleVector deviation = b.sub(level).sub(x).sub(column);
      DoubleVector gradient =
          DoubleVector.zero(DOUBLES).blend(a.mul(scale).mul(deviation), a.compare(GT, 0));
      gradient.intoMemorySegment(dst, dstAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, g, gAt + 8L * bound, ORDER, rest);
      DoubleVector column =
          DoubleVector.fromMemorySegment(DOUBLES, y, yAt + 8L * bound, ORDER, rest);
      DoubleVector deviation = b.sub(level).sub(x).sub(column);
      DoubleVector gradient =
          DoubleVector.zero(DOUBLES).blend(a.mul(scale).mul(deviation), a.compare(GT, 0));
      gradient.intoMemorySegment(dst, dstAt + 8L * bound, ORDER, rest);
    }
  }

  @Override
  default double dotExponents(
      MemorySegment x,
      long xAt,
      MemorySegment c,
      long cAt,
      double alpha,
      MemorySegment beta,
      long betaAt,
      MemorySegment v,
      long vAt,
      double shift,
      int n) {
    x = offHeap(x);
    c = offHeap(c);
    beta = offHeap(beta);
    v = offHeap(v);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + 8L * j, ORDER);
      DoubleVector cost = DoubleVector.fromMemorySegment(DOUBLES, c, cAt + 8L * j, ORDER);
      DoubleVector anchor = DoubleVector.fromMemorySegment(DOUBLES, beta, betaAt + 8L * j, ORDER);
      DoubleVector potential = DoubleVector.fromMemorySegment(DOUBLES, v, vAt + 8L * j, ORDER);
      DoubleVector exponent = potential.sub(cost.sub(alpha).sub(anchor)).add(shift);
      DoubleVector kept = DoubleVector.zero(DOUBLES).blend(exponent, a.compare(NE, 0));
      sum = DOUBLE_VECTOR.cast(a.fma(kept, sum));
    }
    double total = sum.lane(0) + sum.lane(1);
    if (LANES > 2) {
      total += sum.lane(2) + sum.lane(3);
    }
    if (LANES > 4) {
      total += (sum.lane(4) + sum.lane(5)) + (sum.lane(6) + sum.lane(7));
    }
    for (int j = bound; j < n; j++) {
      double weight = x.get(F64, xAt + 8L * j);
      if (weight != 0) {
        double cost = (c.get(F64, cAt + 8L * j) - alpha) - beta.get(F64, betaAt + 8L * j);
        total += weight * ((v.get(F64, vAt + 8L * j) - cost) + shift);
      }
    }
    return total;
  }

  @Override
  default void addPlanTimes(
      MemorySegment p,
      long pAt,
      double w,
      MemorySegment z,
      long zAt,
      MemorySegment out,
      long outAt,
      int n) {
    p = offHeap(p);
    z = offHeap(z);
    out = offHeap(out);
    int bound = DOUBLES.loopBound(n);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * j, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, z, zAt + 8L * j, ORDER);
      DoubleVector old = DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * j, ORDER);
      DoubleVector sum = a.fma(b.add(w), old);
      sum.intoMemorySegment(out, outAt + 8L * j, ORDER);
    }
    if (bound < n) {
      VectorMask<Double> rest = INDEX.compare(LT, n - bound);
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, p, pAt + 8L * bound, ORDER, rest);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, z, zAt + 8L * bound, ORDER, rest);
      DoubleVector old =
          DoubleVector.fromMemorySegment(DOUBLES, out, outAt + 8L * bound, ORDER, rest);
      DoubleVector sum = a.fma(b.add(w), old);
      sum.intoMemorySegment(out, outAt + 8L * bound, ORDER, rest);
    }
  }
}
