package jot.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * Operands of a kernel off the heap, each at an awkward address between guard zones, beside the
 * arrays that say what ought to stand there.
 */
final class Memory {
  private static final int GUARD = 24;
  private static final double GUARDED = 1234.5678;

  /** A row of n doubles that starts at {@code at}; {@code want} is its copy on the heap. */
  static final class Row {
    final MemorySegment segment;
    final long at;
    final double[] want;

    private Row(MemorySegment segment, long at, double[] want) {
      this.segment = segment;
      this.at = at;
      this.want = want;
      for (int j = -GUARD; j < want.length + GUARD; j++) {
        put(j, j >= 0 && j < want.length ? want[j] : GUARDED);
      }
    }

    double got(int j) {
      return segment.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at + 8L * j);
    }

    void put(int j, double value) {
      segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at + 8L * j, value);
    }

    /** Sets a number, and what is wanted with it. */
    void set(int j, double value) {
      want[j] = value;
      put(j, value);
    }

    void setAll(double value) {
      for (int j = 0; j < want.length; j++) {
        set(j, value);
      }
    }

    boolean guardsAreUntouched() {
      boolean untouched = true;
      for (int j = 0; j < GUARD; j++) {
        untouched &= got(-1 - j) == GUARDED && got(want.length + j) == GUARDED;
      }
      return untouched;
    }
  }

  /** F32 numbers, without a copy. */
  static final class FloatRow {
    final MemorySegment segment;
    final long at;

    private FloatRow(MemorySegment segment, long at) {
      this.segment = segment;
      this.at = at;
    }

    float got(int j) {
      return segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * j);
    }

    void put(int j, float value) {
      segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * j, value);
    }
  }

  final int n;

  /** Costs; uniform in (0, 3). */
  final Row c;

  final Row beta;
  final Row g;

  /** A row of a plan: positive, an exact zero now and then. */
  final Row p;

  final Row x;
  final Row y;
  final Row out;
  final Row more;
  final FloatRow floats;
  final FloatRow floatsOut;

  /** Zeros, room for two tiles. */
  final MemorySegment tile;

  /** Five factors in (−1, 1). */
  final Row weights;

  /** Five results, not among {@link #rows()}. */
  final Row five;

  /**
   * Fills all rows from a seed.
   *
   * @param offset bytes between a multiple of 64 and the first number
   */
  Memory(Arena arena, int n, int offset, long seed) {
    this.n = n;
    Random random = new Random(seed);
    c = row(arena, n, offset, random, 0, 3);
    beta = row(arena, n, offset, random, -1, 1);
    g = row(arena, n, offset, random, -1, 1);
    p = row(arena, n, offset, random, 0, 1);
    for (int j = 3; j < n; j += 7) {
      p.set(j, 0);
    }
    x = row(arena, n, offset, random, -1, 1);
    y = row(arena, n, offset, random, -1, 1);
    out = row(arena, n, offset, random, -1, 1);
    more = row(arena, n, offset, random, -1, 1);
    floats = new FloatRow(arena.allocate(4L * (n + GUARD), 64), offset / 2);
    floatsOut = new FloatRow(arena.allocate(4L * (n + GUARD), 64), offset / 2);
    tile = arena.allocate(16384, 64);
    weights = row(arena, 5, offset, random, -1, 1);
    five = row(arena, 5, offset, random, 0, 1);
    for (int j = 0; j < n; j++) {
      floats.put(j, (float) (2 * random.nextDouble() - 1));
    }
  }

  private static Row row(Arena arena, int n, int offset, Random random, double low, double high) {
    double[] values = new double[n];
    for (int j = 0; j < n; j++) {
      values[j] = low + (high - low) * random.nextDouble();
    }
    MemorySegment segment = arena.allocate(8L * (n + 2 * GUARD) + offset, 64);
    return new Row(segment, 8L * GUARD + offset, values);
  }

  Row[] rows() {
    return new Row[] {c, beta, g, p, x, y, out, more};
  }
}
