package jot.gpu;

import jot.spi.Buffer;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A {@link Buffer} on the device; of a slot also the host's memory, which it stands for. */
final class CudaBuffer implements Buffer {
  private final DType dtype;
  private final int rows;
  private final int columns;

  /** The buffer's own memory on the device. */
  final long home;

  /** Where the numbers are on the device: at home, or where a caller's tensor lies. */
  long address;

  /** The memory that a slot was lent; null for a session's own memory. */
  @Nullable Tensor host;

  /** Whether the host has numbers that the device has not. */
  boolean awaited;

  /** Whether an operation of the running block reads a slot. */
  boolean read;

  /** Whether the device has numbers that the host has not. */
  boolean changed;

  CudaBuffer(DType dtype, int rows, int columns, long address) {
    this.dtype = dtype;
    this.rows = rows;
    this.columns = columns;
    home = address;
    this.address = address;
  }

  static CudaBuffer of(Buffer buffer) {
    return (CudaBuffer) buffer;
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

  /** Numbers of one problem. */
  long size() {
    return (long) rows * columns;
  }

  /** For kernels: 1 where the numbers are F32. */
  long narrow() {
    return dtype == DType.F32 ? 1 : 0;
  }
}
