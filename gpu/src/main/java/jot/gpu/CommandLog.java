package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cudart.Cudart;
import jot.bindings.driver.Driver;

/**
 * The operations of a block as they were issued: launches with their arguments, copies, fills with
 * zero, and calls of cuBLAS and cuSOLVER. What is written down can be compared with an earlier
 * block, recorded, and replayed. Nothing here allocates on the heap.
 *
 * <p>A command is five numbers and the bytes of its arguments: kind; for a launch kernel, blocks
 * and threads, for a call which one, for others two addresses and bytes; last how many bytes of
 * arguments follow.
 */
final class CommandLog {
  static final long LAUNCH = 1;
  static final long COPY_IN = 2;
  static final long COPY_OUT = 3;
  static final long ZERO = 4;
  static final long CALL = 5;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long CAPACITY = 1 << 18;
  private static final long HEADER = 40;

  /** Room that one command needs at most. */
  private static final long LARGEST = 512;

  private final MemorySegment log;
  private final MemorySegment extra;
  private final MemorySegment size;
  private long end;
  private long command;
  private int count;
  private boolean calls;
  private boolean recordable = true;

  CommandLog(Arena arena) {
    log = arena.allocate(CAPACITY, 64);
    size = arena.allocate(LONG);
    // CU_LAUNCH_PARAM_BUFFER_POINTER, CU_LAUNCH_PARAM_BUFFER_SIZE, CU_LAUNCH_PARAM_END
    extra = arena.allocate(LONG, 5);
    extra.setAtIndex(LONG, 0, 1);
    extra.setAtIndex(LONG, 2, 2);
    extra.setAtIndex(LONG, 3, size.address());
  }

  boolean full() {
    return end + LARGEST > CAPACITY;
  }

  int count() {
    return count;
  }

  /** What was written, as bytes that are equal for equal blocks. */
  MemorySegment bytes() {
    return log;
  }

  long length() {
    return end;
  }

  void clear() {
    end = 0;
    count = 0;
    calls = false;
    recordable = true;
  }

  /** Whether the block may go into a graph. */
  boolean isRecordable() {
    return recordable;
  }

  private void start(long kind, long first, long second, long third, long fourth) {
    command = end;
    log.set(LONG, end, kind);
    log.set(LONG, end + 8, first);
    log.set(LONG, end + 16, second);
    log.set(LONG, end + 24, third);
    log.set(LONG, end + 32, fourth);
    end += HEADER;
    count++;
  }

  /** Begins a launch; its arguments follow, and then {@link #done}. */
  CommandLog launch(Kernel kernel, long blocks, int threads) {
    if (blocks < 1 || blocks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "size: expected at most 2^31 - 1 blocks of a launch, received " + blocks + "; split it");
    }
    start(LAUNCH, kernel.index(), blocks, threads, 0);
    return this;
  }

  /** Begins a call of a library; its arguments follow, and then {@link #done}. */
  CommandLog call(LibraryCall which) {
    start(CALL, which.index(), 0, 0, 0);
    calls = true;
    recordable &= which.isRecordable();
    return this;
  }

  CommandLog put(long argument) {
    log.set(LONG, end, argument);
    end += 8;
    return this;
  }

  CommandLog put(double argument) {
    log.set(ValueLayout.JAVA_DOUBLE, end, argument);
    end += 8;
    return this;
  }

  void done() {
    log.set(LONG, command + 32, end - command - HEADER);
  }

  void copyIn(long device, long pinned, long bytes) {
    start(COPY_IN, device, pinned, bytes, 0);
  }

  void copyOut(long pinned, long device, long bytes) {
    start(COPY_OUT, pinned, device, bytes, 0);
  }

  void zero(long device, long bytes) {
    start(ZERO, device, 0, bytes, 0);
  }

  /** Gives all commands to a stream, in order. */
  void issue(Kernels kernels, Vendor vendor, MemorySegment stream) {
    if (calls) {
      vendor.bind(stream);
    }
    for (long at = 0; at < end; ) {
      long first = log.get(LONG, at + 8);
      long second = log.get(LONG, at + 16);
      long third = log.get(LONG, at + 24);
      long arguments = log.get(LONG, at + 32);
      long kind = log.get(LONG, at);
      if (kind == LAUNCH) {
        launch(kernels.function((int) first), (int) second, (int) third, at, arguments, stream);
      } else if (kind == COPY_IN || kind == COPY_OUT) {
        int direction =
            kind == COPY_IN ? Cudart.cudaMemcpyHostToDevice() : Cudart.cudaMemcpyDeviceToHost();
        Transfers.copy(first, second, third, direction, stream);
      } else if (kind == CALL) {
        vendor.run(LibraryCall.of((int) first), log, at + HEADER);
      } else {
        Transfers.zero(first, third, stream);
      }
      at += HEADER + arguments;
    }
  }

  private void launch(
      MemorySegment function,
      int blocks,
      int threads,
      long at,
      long arguments,
      MemorySegment stream) {
    extra.setAtIndex(LONG, 1, log.address() + at + HEADER);
    size.set(LONG, 0, arguments);
    Status.driver(
        "cuLaunchKernel",
        Driver.cuLaunchKernel(
            function, blocks, 1, 1, threads, 1, 1, 0, stream, MemorySegment.NULL, extra));
  }

  /**
   * Makes sure that every kernel is compiled, and that libraries know the stream, which cannot be
   * done while a graph is recorded on it.
   */
  void prepare(Kernels kernels, Vendor vendor, MemorySegment stream) {
    if (calls) {
      vendor.bind(stream);
    }
    for (long at = 0; at < end; at += HEADER + log.get(LONG, at + 32)) {
      if (log.get(LONG, at) == LAUNCH) {
        kernels.function((int) log.get(LONG, at + 8));
      }
    }
  }

  /** A number that equal blocks share. */
  long hash() {
    long hash = end;
    for (long at = 0; at < end; at += 8) {
      hash = (hash ^ log.get(LONG, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return hash;
  }
}
