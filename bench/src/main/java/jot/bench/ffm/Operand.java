package jot.bench.ffm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;

/** The same random numbers in native memory and on the heap, each in the words of both ways. */
final class Operand {

  /** Native memory. */
  final MemorySegment segment;

  /** The same memory, for JavaCPP. */
  final DoublePointer pointer;

  /** An array. */
  final double[] array;

  /** The same array, for foreign calls. */
  final MemorySegment heap;

  /** The memory is the arena's, which must outlive this. */
  Operand(Arena arena, int length, Random random) {
    array = random.doubles(length).toArray();
    heap = MemorySegment.ofArray(array);
    segment = arena.allocate(heap.byteSize(), 64);
    segment.copyFrom(heap);
    pointer =
        new DoublePointer(segment.asByteBuffer().order(ByteOrder.nativeOrder()).asDoubleBuffer());
  }

  /** The numbers in native memory. */
  double[] numbers() {
    return segment.toArray(JAVA_DOUBLE);
  }
}
