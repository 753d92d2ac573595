package jot.vector;

import static jot.vector.Lanes.DOUBLES;
import static jot.vector.Lanes.F64;
import static jot.vector.Lanes.LANES;
import static jot.vector.Lanes.ORDER;
import static jot.vector.Lanes.offHeap;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jot.spi.host.RowKernels;

/**
 * Products of packed rows: a tile of four rows by three vectors, whose twelve sums, three vectors
 * of x and one number of s fill the sixteen registers of AVX2.
 */
interface TileKernels extends RowKernels {

  @Override
  default int tileColumns() {
    return 3 * LANES;
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
    s = offHeap(s);
    x = offHeap(x);
    c = offHeap(c);
    DoubleVector sum00 = DoubleVector.zero(DOUBLES);
    DoubleVector sum01 = DoubleVector.zero(DOUBLES);
    DoubleVector sum02 = DoubleVector.zero(DOUBLES);
    DoubleVector sum10 = DoubleVector.zero(DOUBLES);
    DoubleVector sum11 = DoubleVector.zero(DOUBLES);
    DoubleVector sum12 = DoubleVector.zero(DOUBLES);
    DoubleVector sum20 = DoubleVector.zero(DOUBLES);
    DoubleVector sum21 = DoubleVector.zero(DOUBLES);
    DoubleVector sum22 = DoubleVector.zero(DOUBLES);
    DoubleVector sum30 = DoubleVector.zero(DOUBLES);
    DoubleVector sum31 = DoubleVector.zero(DOUBLES);
    DoubleVector sum32 = DoubleVector.zero(DOUBLES);
    for (int k = 0; k < depth; k++) {
      long from = xAt + 24L * LANES * k;
      DoubleVector x0 = DoubleVector.fromMemorySegment(DOUBLES, x, from, ORDER);
      DoubleVector x1 = DoubleVector.fromMemorySegment(DOUBLES, x, from + 8L * LANES, ORDER);
      DoubleVector x2 = DoubleVector.fromMemorySegment(DOUBLES, x, from + 16L * LANES, ORDER);
      DoubleVector s0 = DoubleVector.broadcast(DOUBLES, s.get(F64, sAt + 32L * k));
      sum00 = s0.fma(x0, sum00);
      sum01 = s0.fma(x1, sum01);
      sum02 = s0.fma(x2, sum02);
      DoubleVector s1 = DoubleVector.broadcast(DOUBLES, s.get(F64, sAt + 32L * k + 8));
      sum10 = s1.fma(x0, sum10);
      sum11 = s1.fma(x1, sum11);
      sum12 = s1.fma(x2, sum12);
      DoubleVector s2 = DoubleVector.broadcast(DOUBLES, s.get(F64, sAt + 32L * k + 16));
      sum20 = s2.fma(x0, sum20);
      sum21 = s2.fma(x1, sum21);
      sum22 = s2.fma(x2, sum22);
      DoubleVector s3 = DoubleVector.broadcast(DOUBLES, s.get(F64, sAt + 32L * k + 24));
      sum30 = s3.fma(x0, sum30);
      sum31 = s3.fma(x1, sum31);
      sum32 = s3.fma(x2, sum32);
    }
    long c0 = cAt;
    DoubleVector old00 = DoubleVector.fromMemorySegment(DOUBLES, c, c0, ORDER);
    old00.add(sum00).intoMemorySegment(c, c0, ORDER);
    DoubleVector old01 = DoubleVector.fromMemorySegment(DOUBLES, c, c0 + 8L * LANES, ORDER);
    old01.add(sum01).intoMemorySegment(c, c0 + 8L * LANES, ORDER);
    DoubleVector old02 = DoubleVector.fromMemorySegment(DOUBLES, c, c0 + 16L * LANES, ORDER);
    old02.add(sum02).intoMemorySegment(c, c0 + 16L * LANES, ORDER);
    long c1 = cAt + cStride;
    DoubleVector old10 = DoubleVector.fromMemorySegment(DOUBLES, c, c1, ORDER);
    old10.add(sum10).intoMemorySegment(c, c1, ORDER);
    DoubleVector old11 = DoubleVector.fromMemorySegment(DOUBLES, c, c1 + 8L * LANES, ORDER);
    old11.add(sum11).intoMemorySegment(c, c1 + 8L * LANES, ORDER);
    DoubleVector old12 = DoubleVector.fromMemorySegment(DOUBLES, c, c1 + 16L * LANES, ORDER);
    old12.add(sum12).intoMemorySegment(c, c1 + 16L * LANES, ORDER);
    long c2 = cAt + 2 * cStride;
    DoubleVector old20 = DoubleVector.fromMemorySegment(DOUBLES, c, c2, ORDER);
    old20.add(sum20).intoMemorySegment(c, c2, ORDER);
    DoubleVector old21 = DoubleVector.fromMemorySegment(DOUBLES, c, c2 + 8L * LANES, ORDER);
    old21.add(sum21).intoMemorySegment(c, c2 + 8L * LANES, ORDER);
    DoubleVector old22 = DoubleVector.fromMemorySegment(DOUBLES, c, c2 + 16L * LANES, ORDER);
    old22.add(sum22).intoMemorySegment(c, c2 + 16L * LANES, ORDER);
    long c3 = cAt + 3 * cStride;
    DoubleVector old30 = DoubleVector.fromMemorySegment(DOUBLES, c, c3, ORDER);
    old30.add(sum30).intoMemorySegment(c, c3, ORDER);
    DoubleVector old31 = DoubleVector.fromMemorySegment(DOUBLES, c, c3 + 8L * LANES, ORDER);
    old31.add(sum31).intoMemorySegment(c, c3 + 8L * LANES, ORDER);
    DoubleVector old32 = DoubleVector.fromMemorySegment(DOUBLES, c, c3 + 16L * LANES, ORDER);
    old32.add(sum32).intoMemorySegment(c, c3 + 16L * LANES, ORDER);
  }
}
