package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.tensor.DType;
import jot.tensor.Tensor;

/** Numbers between a caller's tensors and a session's buffers, converted on the way. */
final class Transfers {
  private final RowKernels kernels;

  Transfers(RowKernels kernels) {
    this.kernels = kernels;
  }

  void write(Tensor source, HostBuffer to, int batch) {
    long count = check(source, to, batch);
    copy(source.segment(), source.dtype(), to.segment, to.dtype(), count);
  }

  void read(HostBuffer from, Tensor destination, int batch) {
    long count = check(destination, from, batch);
    copy(from.segment, from.dtype(), destination.segment(), destination.dtype(), count);
  }

  private static long check(Tensor tensor, HostBuffer buffer, int batch) {
    long count = buffer.size() * batch;
    if (tensor.shape().elements() != count) {
      throw new IllegalArgumentException(
          "tensor: expected "
              + count
              + " elements for "
              + batch
              + " × "
              + buffer.rows()
              + " × "
              + buffer.columns()
              + ", received shape "
              + tensor.shape());
    }
    return count;
  }

  private void copy(MemorySegment from, DType fromType, MemorySegment to, DType type, long count) {
    if (fromType == type) {
      MemorySegment.copy(from, 0, to, 0, count * type.bytes());
      return;
    }
    int chunk = 1 << 20;
    for (long k = 0; k < count; k += chunk) {
      int n = (int) Math.min(chunk, count - k);
      if (fromType == DType.F32) {
        kernels.widen(from, 4 * k, to, 8 * k, n);
      } else {
        kernels.narrow(from, 8 * k, to, 4 * k, n);
      }
    }
  }

  static void writeTransposed(Tensor source, HostBuffer to, int batch) {
    check(source, to, batch);
    int points = to.columns();
    int dimensions = to.rows();
    for (int problem = 0; problem < batch; problem++) {
      for (int i = 0; i < points; i++) {
        for (int k = 0; k < dimensions; k++) {
          long from = ((long) problem * points + i) * dimensions + k;
          to.set(problem, (long) k * points + i, source.getFlat(from));
        }
      }
    }
  }

  static void readTransposed(HostBuffer from, Tensor destination, int batch) {
    check(destination, from, batch);
    int points = from.columns();
    int dimensions = from.rows();
    for (int problem = 0; problem < batch; problem++) {
      for (int i = 0; i < points; i++) {
        for (int k = 0; k < dimensions; k++) {
          long to = ((long) problem * points + i) * dimensions + k;
          destination.setFlat(to, from.get(problem, (long) k * points + i));
        }
      }
    }
  }

  /** to ← fromᵀ of one problem, tile by tile so that both stay in cache. */
  static void transpose(HostBuffer from, HostBuffer to, int problem) {
    int tile = 32;
    for (int i0 = 0; i0 < from.rows(); i0 += tile) {
      for (int j0 = 0; j0 < from.columns(); j0 += tile) {
        int iEnd = Math.min(from.rows(), i0 + tile);
        int jEnd = Math.min(from.columns(), j0 + tile);
        for (int i = i0; i < iEnd; i++) {
          for (int j = j0; j < jEnd; j++) {
            double value =
                from.dtype() == DType.F64
                    ? from.segment.get(Layouts.F64, from.at(problem, i) + 8L * j)
                    : from.segment.get(Layouts.F32, from.at(problem, i) + 4L * j);
            if (to.dtype() == DType.F64) {
              to.segment.set(Layouts.F64, to.at(problem, j) + 8L * i, value);
            } else {
              to.segment.set(Layouts.F32, to.at(problem, j) + 4L * i, (float) value);
            }
          }
        }
      }
    }
  }
}
