package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A {@link Buffer} in memory that the CPU reads: the session's own, or lent by bind. */
final class HostBuffer implements Buffer {
  private final DType dtype;
  private final int rows;
  private final int columns;

  /** Where the numbers are; {@link MemorySegment#NULL} until a slot is bound. */
  MemorySegment segment;

  /** For the anchors of rows and columns, which share it. Null: not inspected. */
  @Nullable Inspected inspected;

  HostBuffer(DType dtype, int rows, int columns, MemorySegment segment) {
    this.dtype = dtype;
    this.rows = rows;
    this.columns = columns;
    this.segment = segment;
  }

  static HostBuffer of(Buffer buffer) {
    return (HostBuffer) buffer;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  /** False only when all of a problem's numbers are known to be 0. */
  boolean mayBeNonZero(int problem) {
    return inspected == null || inspected.anchored[problem];
  }

  /** Numbers of one problem. */
  long size() {
    return (long) rows * columns;
  }

  /** Byte offset of a problem's row. */
  long at(int problem, int row) {
    return ((long) problem * rows + row) * columns * dtype.bytes();
  }

  /** Byte offset of a problem. */
  long at(int problem) {
    return at(problem, 0);
  }

  /** The problem's k-th number, F64 only. */
  double get(int problem, long k) {
    return segment.get(Layouts.F64, at(problem) + 8 * k);
  }

  /** Sets the problem's k-th number, F64 only. */
  void set(int problem, long k, double value) {
    segment.set(Layouts.F64, at(problem) + 8 * k, value);
  }

  /** Sets all numbers of a problem, F64 only. */
  void fill(int problem, double value) {
    long at = at(problem);
    for (long k = 0; k < size(); k++) {
      segment.set(Layouts.F64, at + 8 * k, value);
    }
  }
}
