package jot.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The constants that every kernel is made of.
 *
 * <p>How kernels are written, and why: C2 keeps a vector in a register only where it inlines every
 * call that touches it. The Vector API's own methods are always inlined; ours only while the method
 * is small and its profile is right. So a kernel is one flat method, no helper of ours takes or
 * returns a vector, and the sums over lanes are written out where they are needed. That order is
 * fixed, which {@code reduceLanes(ADD)} does not promise. Accumulators start from {@code
 * DoubleVector.zero}, never from a constant of ours: a vector that is an object on one way into a
 * loop is an object all the way round.
 */
final class Lanes {
  static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(
          double.class,
          VectorShape.forBitSize(VectorWidth.bits(DoubleVector.SPECIES_PREFERRED.vectorBitSize())));

  /** As many floats as a vector has doubles. */
  static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  /** As wide as {@link #DOUBLES}: for what is F32 throughout. */
  static final VectorSpecies<Float> WIDE =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize()));

  /**
   * The class of {@link #DOUBLES}' vectors. What a loop carries is cast to it, which C2 takes for a
   * fact and drops. Without it C2 goes by the profiles of the Vector API's own methods, which all
   * code of a process shares. Where those have seen vectors of two classes it may keep a call for
   * the other class, and the sum of such a loop is an object.
   */
  static final Class<? extends DoubleVector> DOUBLE_VECTOR =
      DOUBLES.vectorType().asSubclass(DoubleVector.class);

  /** The class of {@link #WIDE}'s vectors, to the same end. */
  static final Class<? extends FloatVector> WIDE_VECTOR =
      WIDE.vectorType().asSubclass(FloatVector.class);

  /** Doubles in a vector: 2, 4 or 8. */
  static final int LANES = DOUBLES.length();

  /** 0, 1, 2 …, of {@link #WIDE}. */
  static final FloatVector WIDE_INDEX = FloatVector.zero(WIDE).addIndex(1);

  /** 0, 1, 2 …: {@code INDEX.compare(LT, rest)} masks the last, partial vector of a row. */
  static final DoubleVector INDEX = DoubleVector.zero(DOUBLES).addIndex(1);

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The class that all off-heap segments share, mapped ones included. */
  private static final Class<? extends MemorySegment> OFF_HEAP = MemorySegment.NULL.getClass();

  private Lanes() {}

  /**
   * Tells the compiler that a segment is off-heap, by a cast to the class of such segments. Without
   * it C2 goes by the profile of the JDK's own accessors, which every segment of the process
   * shares: it then reckons with heap memory, checks bounds and lifetime at every access, and the
   * kernels run at half the speed (measured). With it the checks leave the loop. Operands that are
   * never lent may do without: {@link OwnMemory}.
   *
   * @throws ClassCastException for a segment on the heap
   */
  static MemorySegment offHeap(MemorySegment segment) {
    return OFF_HEAP.cast(segment);
  }
}
