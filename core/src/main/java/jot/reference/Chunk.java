package jot.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A few hundred numbers of some rows, in arrays of the thread that works on them. */
final class Chunk {
  /** Numbers of a row that are worked on at a time: a few arrays of them stay in cache. */
  static final int LENGTH = 512;

  private static final ThreadLocal<Chunk> OF_THREAD = ThreadLocal.withInitial(Chunk::new);
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  final double[] x = new double[LENGTH];
  final double[] y = new double[LENGTH];
  final double[] z = new double[LENGTH];
  final double[] t = new double[LENGTH];
  final float[] p = new float[LENGTH];
  final float[] q = new float[LENGTH];

  private Chunk() {}

  /** The thread's own: of one kernel at a time, as no kernel calls another within its loop. */
  static Chunk ofThread() {
    return OF_THREAD.get();
  }

  /** Brings the numbers from index {@code from} of a row on. */
  static void load(MemorySegment row, long rowAt, int from, double[] to, int count) {
    MemorySegment.copy(row, F64, rowAt + 8L * from, to, 0, count);
  }

  static void load(MemorySegment row, long rowAt, int from, float[] to, int count) {
    MemorySegment.copy(row, F32, rowAt + 4L * from, to, 0, count);
  }

  /** Brings numbers back to where {@link #load} finds them. */
  static void store(double[] numbers, MemorySegment row, long rowAt, int from, int count) {
    MemorySegment.copy(numbers, 0, row, F64, rowAt + 8L * from, count);
  }

  static void store(float[] numbers, MemorySegment row, long rowAt, int from, int count) {
    MemorySegment.copy(numbers, 0, row, F32, rowAt + 4L * from, count);
  }
}
