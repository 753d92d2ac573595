package jot.spi.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs to run units of any operation: readers and spare rows. */
final class Worker {
  /** Rows that are made before the columns take them together. */
  static final int GROUP = 4;

  /** Addresses that agree in their last twelve bits look the same to a waiting store. */
  private static final long PAGE = 4096;

  /** How far behind a store a load must stay, modulo {@link #PAGE}, not to be taken for it. */
  private static final long APART = 1024;

  private static final long STEP = 512;

  /** Reads the plan's row, or the only row of an operation. */
  final RowReader plan;

  /** Reads the row of a loss's gradient, or whatever goes beside the plan. */
  final RowReader other;

  /** Reads the row of the cost or the exponents. */
  final RowReader cost;

  /** Two rows of F64 to write to, at {@link #firstAt} and {@link #secondAt}. */
  final MemorySegment spare;

  final long firstAt = 0;
  final long secondAt;

  /** {@link #GROUP} rows of F64 or F32, {@link #groupStride} apart from a {@link #groupAt} on. */
  final MemorySegment group;

  final long groupStride;

  /** A number for each row of the group. */
  final MemorySegment factors;

  /** A tile of {@link RowKernels#addTile}. */
  final MemorySegment tile;

  Worker(RowKernels kernels, int columns, Arena arena) {
    long row = (8L * columns + 63) / 64 * 64;
    MemorySegment rows = arena.allocate(8 * row, 64);
    plan = new RowReader(kernels, columns, rows, 0, row);
    other = new RowReader(kernels, columns, rows, 2 * row, 3 * row);
    cost = new RowReader(kernels, columns, rows, 4 * row, 5 * row);
    spare = rows.asSlice(6 * row);
    secondAt = row;
    groupStride = row;
    group = arena.allocate(GROUP * row + PAGE, 64);
    tile = arena.allocate(8L * RowKernels.TILE_ROWS * kernels.tileColumns(), 64);
    factors = arena.allocate(8L * GROUP, 64);
  }

  /**
   * Where the group's rows start so that loops which write them from the numbers at {@code source}
   * and {@code beside}, and then add them to those at {@code sums}, do not wait for one another: a
   * load that agrees with an earlier store in the last bits of the address is held back by it, and
   * with rows of a multiple of 512 numbers every load would.
   */
  long groupAt(long source, long beside, long sums) {
    long base = group.address();
    for (long at = 0; at < PAGE; at += STEP) {
      long row = base + at;
      if (behind(row, source) && behind(row, beside) && behind(sums, row)) {
        return at;
      }
    }
    return 0;
  }

  private static boolean behind(long store, long load) {
    return (store - load & PAGE - 1) >= APART;
  }
}
