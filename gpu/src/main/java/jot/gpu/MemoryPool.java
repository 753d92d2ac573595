package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import jot.bindings.cudart.Cudart;

/**
 * Device memory, kept for the next session of the same sizes: {@code cudaMalloc} and {@code
 * cudaFree} wait for the device. Thread-safe. What is given back must be idle.
 */
final class MemoryPool {
  private static final long ALIGNMENT = 256;

  private final Map<Long, ArrayDeque<Long>> idle = new HashMap<>();

  private static long rounded(long bytes) {
    return Math.max(ALIGNMENT, Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT);
  }

  /**
   * Memory of any content.
   *
   * @return its address
   * @throws CudaException when the device has no more; the context stays usable
   */
  synchronized long allocate(long bytes) {
    long size = rounded(bytes);
    ArrayDeque<Long> same = idle.get(size);
    if (same != null && !same.isEmpty()) {
      return same.pop();
    }
    Device.use();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
      int status = Cudart.cudaMalloc(address, size);
      if (status == Cudart.cudaErrorMemoryAllocation() && trim() > 0) {
        Cudart.cudaGetLastError();
        status = Cudart.cudaMalloc(address, size);
      }
      if (status == Cudart.cudaErrorMemoryAllocation()) {
        Cudart.cudaGetLastError();
        throw new CudaException(
            "cudaMalloc",
            status,
            "cudaMalloc failed with status "
                + status
                + " (out of device memory): needed "
                + size
                + " bytes more, "
                + Device.freeMemory()
                + " are free; close what is not used any more, solve a smaller batch, or use F32"
                + " costs or points instead of an array");
      }
      Status.cudart("cudaMalloc", status);
      return address.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** Takes memory back that was allocated with the same size. */
  synchronized void free(long address, long bytes) {
    idle.computeIfAbsent(rounded(bytes), size -> new ArrayDeque<>()).push(address);
  }

  /** Returns all idle memory to the device, and how many pieces it was. */
  synchronized int trim() {
    int pieces = 0;
    for (ArrayDeque<Long> same : idle.values()) {
      for (long address : same) {
        Cudart.cudaFree(MemorySegment.ofAddress(address)); // a lost device frees it by itself
        pieces++;
      }
    }
    idle.clear();
    return pieces;
  }
}
