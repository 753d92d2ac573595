package jot.vector;

import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.DOUBLE_VECTOR;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;
import static jot.vector.OwnMemory.OFFSET;
import static jot.vector.OwnMemory.at;
import static jot.vector.OwnMemory.memory;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jot.spi.host.RowKernels;

/**
 * Products of packed rows: a tile of six rows by two vectors. The sixteen registers of AVX2 hold
 * its twelve sums, two vectors of x and two numbers of s; with four rows by three vectors a sum
 * went through memory at every step, at half the speed, and so it did with fewer, which C2 unrolls.
 * An address is one start of its own plus k times a constant, for then C2 moves the bounds checks
 * out of the loop.
 */
interface TileKernels extends RowKernels {

  @Override
  default int tileColumns() {
    return 2 * LANES;
  }

  @Override
  default void pack(
      double factor,
      MemorySegment row,
      long rowAt,
      int width,
      MemorySegment to,
      long toAt,
      long tileStride,
      int n) {
    int tiles = n / width;
    if (width == 2 * LANES) {
      packPairs(factor, row, rowAt, to, toAt, tileStride, tiles);
    } else if (width > LANES && width < 2 * LANES) {
      packLapping(factor, row, rowAt, width, to, toAt, tileStride, tiles);
    } else {
      tiles = 0;
    }
    for (int j = tiles * width; j < n; j++) {
      long at = toAt + tileStride * (j / width) + 8L * (j % width);
      to.set(F64, at, factor * row.get(F64, rowAt + 8L * j));
    }
    for (int j = n; j % width != 0; j++) {
      to.set(F64, toAt + tileStride * (j / width) + 8L * (j % width), 0);
    }
  }

  /** Pieces of two vectors. */
  private static void packPairs(
      double factor,
      MemorySegment row,
      long rowAt,
      MemorySegment to,
      long toAt,
      long tileStride,
      int tiles) {
    row = offHeap(row);
    to = offHeap(to);
    long nextAt = rowAt + 8L * LANES;
    long toNextAt = toAt + 8L * LANES;
    for (int t = 0; t < tiles; t++) {
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, row, rowAt + 16L * LANES * t, ORDER);
      a.mul(factor).intoMemorySegment(to, toAt + tileStride * t, ORDER);
      DoubleVector b =
          DoubleVector.fromMemorySegment(DOUBLES, row, nextAt + 16L * LANES * t, ORDER);
      b.mul(factor).intoMemorySegment(to, toNextAt + tileStride * t, ORDER);
    }
  }

  /** Pieces of more than a vector and less than two: the second one begins within the first. */
  private static void packLapping(
      double factor,
      MemorySegment row,
      long rowAt,
      int width,
      MemorySegment to,
      long toAt,
      long tileStride,
      int tiles) {
    row = offHeap(row);
    to = offHeap(to);
    long lap = 8L * (width - LANES);
    for (int t = 0; t < tiles; t++) {
      long at = rowAt + 8L * width * t;
      DoubleVector a = DoubleVector.fromMemorySegment(DOUBLES, row, at, ORDER);
      a.mul(factor).intoMemorySegment(to, toAt + tileStride * t, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(DOUBLES, row, at + lap, ORDER);
      b.mul(factor).intoMemorySegment(to, toAt + lap + tileStride * t, ORDER);
    }
  }

  @Override
  default void addTile(
      int depth,
      MemorySegment s,
      long sAt,
      MemorySegment x,
      long xAt,
      MemorySegment c,
      long cAt,
      long cStride) {
    cStride &= OFFSET;
    sAt = at(s, sAt, 48L * depth);
    xAt = at(x, xAt, 16L * LANES * depth);
    cAt = at(c, cAt, 5 * cStride + 16L * LANES);
    s = memory(s);
    x = memory(x);
    c = memory(c);
    DoubleVector sum00 = DoubleVector.zero(DOUBLES);
    DoubleVector sum01 = DoubleVector.zero(DOUBLES);
    DoubleVector sum10 = DoubleVector.zero(DOUBLES);
    DoubleVector sum11 = DoubleVector.zero(DOUBLES);
    DoubleVector sum20 = DoubleVector.zero(DOUBLES);
    DoubleVector sum21 = DoubleVector.zero(DOUBLES);
    DoubleVector sum30 = DoubleVector.zero(DOUBLES);
    DoubleVector sum31 = DoubleVector.zero(DOUBLES);
    DoubleVector sum40 = DoubleVector.zero(DOUBLES);
    DoubleVector sum41 = DoubleVector.zero(DOUBLES);
    DoubleVector sum50 = DoubleVector.zero(DOUBLES);
    DoubleVector sum51 = DoubleVector.zero(DOUBLES);
    long s1At = sAt + 8;
    long s2At = sAt + 16;
    long s3At = sAt + 24;
    long s4At = sAt + 32;
    long s5At = sAt + 40;
    long x1At = xAt + 8L * LANES;
    for (int k = 0; k < depth; k++) {
      long o = 48L * k & OFFSET;
      long tile = 16L * LANES * k & OFFSET;
      DoubleVector x0 = DoubleVector.fromMemorySegment(DOUBLES, x, xAt + tile, ORDER);
      DoubleVector x1 = DoubleVector.fromMemorySegment(DOUBLES, x, x1At + tile, ORDER);
      DoubleVector s0 = DoubleVector.broadcast(DOUBLES, s.get(F64, sAt + o));
      sum00 = DOUBLE_VECTOR.cast(s0.fma(x0, sum00));
      sum01 = DOUBLE_VECTOR.cast(s0.fma(x1, sum01));
      DoubleVector s1 = DoubleVector.broadcast(DOUBLES, s.get(F64, s1At + o));
      sum10 = DOUBLE_VECTOR.cast(s1.fma(x0, sum10));
      sum11 = DOUBLE_VECTOR.cast(s1.fma(x1, sum11));
      DoubleVector s2 = DoubleVector.broadcast(DOUBLES, s.get(F64, s2At + o));
      sum20 = DOUBLE_VECTOR.cast(s2.fma(x0, sum20));
      sum21 = DOUBLE_VECTOR.cast(s2.fma(x1, sum21));
      DoubleVector s3 = DoubleVector.broadcast(DOUBLES, s.get(F64, s3At + o));
      sum30 = DOUBLE_VECTOR.cast(s3.fma(x0, sum30));
      sum31 = DOUBLE_VECTOR.cast(s3.fma(x1, sum31));
      DoubleVector s4 = DoubleVector.broadcast(DOUBLES, s.get(F64, s4At + o));
      sum40 = DOUBLE_VECTOR.cast(s4.fma(x0, sum40));
      sum41 = DOUBLE_VECTOR.cast(s4.fma(x1, sum41));
      DoubleVector s5 = DoubleVector.broadcast(DOUBLES, s.get(F64, s5At + o));
      sum50 = DOUBLE_VECTOR.cast(s5.fma(x0, sum50));
      sum51 = DOUBLE_VECTOR.cast(s5.fma(x1, sum51));
    }
    long c0 = cAt;
    DoubleVector old00 = DoubleVector.fromMemorySegment(DOUBLES, c, c0, ORDER);
    old00.add(sum00).intoMemorySegment(c, c0, ORDER);
    DoubleVector old01 = DoubleVector.fromMemorySegment(DOUBLES, c, c0 + 8L * LANES, ORDER);
    old01.add(sum01).intoMemorySegment(c, c0 + 8L * LANES, ORDER);
    long c1 = cAt + cStride;
    DoubleVector old10 = DoubleVector.fromMemorySegment(DOUBLES, c, c1, ORDER);
    old10.add(sum10).intoMemorySegment(c, c1, ORDER);
    DoubleVector old11 = DoubleVector.fromMemorySegment(DOUBLES, c, c1 + 8L * LANES, ORDER);
    old11.add(sum11).intoMemorySegment(c, c1 + 8L * LANES, ORDER);
    long c2 = cAt + 2 * cStride;
    DoubleVector old20 = DoubleVector.fromMemorySegment(DOUBLES, c, c2, ORDER);
    old20.add(sum20).intoMemorySegment(c, c2, ORDER);
    DoubleVector old21 = DoubleVector.fromMemorySegment(DOUBLES, c, c2 + 8L * LANES, ORDER);
    old21.add(sum21).intoMemorySegment(c, c2 + 8L * LANES, ORDER);
    long c3 = cAt + 3 * cStride;
    DoubleVector old30 = DoubleVector.fromMemorySegment(DOUBLES, c, c3, ORDER);
    old30.add(sum30).intoMemorySegment(c, c3, ORDER);
    DoubleVector old31 = DoubleVector.fromMemorySegment(DOUBLES, c, c3 + 8L * LANES, ORDER);
    old31.add(sum31).intoMemorySegment(c, c3 + 8L * LANES, ORDER);
    long c4 = cAt + 4 * cStride;
    DoubleVector old40 = DoubleVector.fromMemorySegment(DOUBLES, c, c4, ORDER);
    old40.add(sum40).intoMemorySegment(c, c4, ORDER);
    DoubleVector old41 = DoubleVector.fromMemorySegment(DOUBLES, c, c4 + 8L * LANES, ORDER);
    old41.add(sum41).intoMemorySegment(c, c4 + 8L * LANES, ORDER);
    long c5 = cAt + 5 * cStride;
    DoubleVector old50 = DoubleVector.fromMemorySegment(DOUBLES, c, c5, ORDER);
    old50.add(sum50).intoMemorySegment(c, c5, ORDER);
    DoubleVector old51 = DoubleVector.fromMemorySegment(DOUBLES, c, c5 + 8L * LANES, ORDER);
    old51.add(sum51).intoMemorySegment(c, c5 + 8L * LANES, ORDER);
  }
}
