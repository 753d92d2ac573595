package jot.spi.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs to run units of any operation: readers and two spare rows. */
final class Worker {
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

  Worker(RowKernels kernels, int columns, Arena arena) {
    long row = (8L * columns + 63) / 64 * 64;
    MemorySegment rows = arena.allocate(8 * row, 64);
    plan = new RowReader(kernels, columns, rows, 0, row);
    other = new RowReader(kernels, columns, rows, 2 * row, 3 * row);
    cost = new RowReader(kernels, columns, rows, 4 * row, 5 * row);
    spare = rows.asSlice(6 * row);
    secondAt = row;
  }
}
