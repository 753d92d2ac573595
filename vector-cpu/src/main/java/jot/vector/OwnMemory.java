package jot.vector;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Operands that are the session's own: checked once a call where native access is granted to this
 * module, and at every access, as all others, where it is not.
 *
 * <p>Why: C2 takes bounds checks of 64-bit offsets out of a loop at the price of a loop before and
 * a loop after each, which short rows pay in time and all in compilation. Through one segment of
 * all memory, at offsets whose type says that they are neither negative nor near 2⁶³, no check is
 * left to take out: {@link #OFFSET} gives them that type. The arithmetic and its bits are the same.
 *
 * <p><b>Which operands.</b> Those that {@link jot.spi.host.RowKernels} says are of the session's
 * arena: potentials, scalings, stored kernels and plans, partial sums, a worker's rows. That arena
 * closes when no kernel runs: an operation returns to its caller when all its units have ended, on
 * whatever thread and however; {@code close} is another call of the one thread that a session has
 * at a time, and solutions and layers make both under one lock. Memory that is closed before a call
 * is refused by {@link #at}. What users lend, another thread may close under a running kernel; only
 * the JDK's check at every access makes an exception of that. So costs, gradients of losses and
 * what is written for the user stay with {@link Lanes#offHeap}, and so does every operand that some
 * operation gives such memory to: of {@code axpy}, {@code fill}, {@code sum}, {@code anchoredDot}.
 *
 * <p>Whole vectors and single numbers alone: of a masked vector, C2 may load the lanes left out as
 * well where the bounds allow it, and here they allow everything. Nor does a kernel that has an
 * address keep its segment reachable, so memory of {@code Arena.ofAuto} must be kept by the caller.
 */
final class OwnMemory {
  /** Whether native access was granted to this module, and accesses go unchecked. */
  static final boolean UNCHECKED = OwnMemory.class.getModule().isNativeAccessEnabled();

  /**
   * Bits of an offset from an operand's start, or of an address: all, or those that one can have (a
   * process's half of the 57 that x86-64 knows; ARM knows 52).
   */
  static final long OFFSET = UNCHECKED ? (1L << 56) - 1 : -1;

  private static final MemorySegment ALL = all();

  private OwnMemory() {}

  @SuppressWarnings("restricted") // granted, or not called
  private static MemorySegment all() {
    return UNCHECKED ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE) : MemorySegment.NULL;
  }

  /** What a kernel reads an operand through, at offsets that {@link #at} has given. */
  static MemorySegment memory(MemorySegment own) {
    return UNCHECKED ? ALL : Lanes.offHeap(own);
  }

  /**
   * Where an operand starts in {@link #memory}; to be asked before the segment gives way to that. A
   * session's arena is shared and its memory writable, so neither is looked at.
   *
   * @param bytes from there on that the kernel reads or writes at most
   * @throws IndexOutOfBoundsException when they are not all within the segment; without native
   *     access the kernel throws it
   * @throws IllegalStateException when the segment is closed; likewise
   * @throws ClassCastException for a segment on the heap; likewise
   */
  static long at(MemorySegment own, long at, long bytes) {
    return UNCHECKED ? address(Lanes.offHeap(own), at, bytes) : at;
  }

  private static long address(MemorySegment own, long at, long bytes) {
    if (!own.scope().isAlive()) {
      throw new IllegalStateException("Already closed");
    }
    Objects.checkFromIndexSize(at, bytes, own.byteSize());
    return own.address() + at & OFFSET;
  }
}
