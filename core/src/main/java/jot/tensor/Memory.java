package jot.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The door of a tensor's memory: what is no use to a tensor is refused here, with the remedy. */
final class Memory {

  /** Alignment in bytes of the memory that jot allocates: a cache line, a 512-bit vector. */
  private static final long ALIGNMENT = 64;

  private Memory() {}

  /** Allocates memory whose content is the arena's affair. */
  static MemorySegment allocate(Arena arena, DType dtype, Shape shape) {
    requireOpen(arena);
    try {
      return arena.allocate(shape.elements() * dtype.bytes(), ALIGNMENT);
    } catch (WrongThreadException e) {
      throw foreignArena(e);
    }
  }

  static void requireOpen(Arena arena) {
    if (!arena.scope().isAlive()) {
      throw new IllegalArgumentException(
          "arena: expected an open arena, received a closed one: allocate before it is closed");
    }
  }

  /** What a confined arena's {@link WrongThreadException} is turned into. */
  static IllegalArgumentException foreignArena(WrongThreadException cause) {
    return new IllegalArgumentException(
        "arena: expected one that this thread may use, received the confined arena of another"
            + " thread: use Arena.ofShared()",
        cause);
  }

  /** The bytes of a direct buffer from its position that a tensor needs. */
  static MemorySegment view(String name, ByteBuffer buffer, DType dtype, Shape shape) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(
          name
              + ": expected a direct buffer, received one on the heap: make it with"
              + " ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())");
    }
    if (buffer.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException(
          "%s: expected the native byte order %s, received %s: call order(ByteOrder.nativeOrder())"
                  .formatted(name, ByteOrder.nativeOrder(), buffer.order())
              + " before the buffer is filled");
    }
    return view(name, MemorySegment.ofBuffer(buffer), dtype, shape);
  }

  /** The first bytes of a segment that a tensor needs. */
  static MemorySegment view(String name, MemorySegment segment, DType dtype, Shape shape) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          name
              + ": expected native memory, received a segment on the heap: copy it with"
              + " Tensor.vector or Tensor.of, or allocate it in an Arena");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalArgumentException(
          name
              + ": expected memory that is alive, received memory of a closed arena: keep the arena"
              + " open while the tensor is used");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalArgumentException(
          name
              + ": expected memory that this thread may use, received memory of another thread's"
              + " confined arena: allocate it in Arena.ofShared()");
    }
    long needed = shape.elements() * dtype.bytes();
    if (segment.byteSize() < needed) {
      throw new IllegalArgumentException(
          "%s: expected at least %d bytes for %s %s, received %d: give the shape that was stored"
              .formatted(name, needed, dtype, shape, segment.byteSize()));
    }
    if (segment.address() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          "%s: expected an address that is a multiple of %d for %s, received %#x: allocate it"
                  .formatted(name, dtype.bytes(), dtype, segment.address())
              + " aligned, or copy it into Tensor.allocate(…).segment()");
    }
    return segment.asSlice(0, needed);
  }
}
