package jot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a tensor's memory comes from, and what is refused. */
class TensorMemoryTest {

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @Nested
  class Allocating {

    @ParameterizedTest
    @EnumSource
    void gives_aligned_zeros(DType dtype) {
      arena.allocate(1, 1);

      Tensor tensor = Tensor.allocate(arena, dtype, new Shape(2, 3, 5));

      assertThat(tensor.segment().address() % 64).isZero();
      assertThat(tensor.segment().byteSize()).isEqualTo(30L * dtype.bytes());
      assertThat(tensor.toArray()).containsOnly(0.0).hasSize(30);
      assertThat(tensor.dtype()).isEqualTo(dtype);
      assertThat(tensor.shape()).isEqualTo(new Shape(2, 3, 5));
      assertThat(tensor.isReadOnly()).isFalse();
      assertThat(tensor).hasToString("Tensor " + dtype + " (2, 3, 5)");
    }

    @Test
    void gives_zeros_in_an_arena_that_recycles_memory() {
      MemorySegment used = arena.allocate(64, 64).fill((byte) 7);

      assertThat(Tensor.allocate(recycling(used), DType.F64, Shape.vector(8)).toArray())
          .containsOnly(0.0);
    }

    @Test
    void in_a_closed_arena_is_refused() {
      arena.close();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.allocate(arena, DType.F64, Shape.vector(1)))
          .withMessage(
              "arena: expected an open arena, received a closed one: allocate before it is closed");
    }

    @Test
    void in_the_confined_arena_of_another_thread_is_refused() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> elsewhere(() -> Tensor.vector(arena, 1.0)))
          .withMessageContaining("Arena.ofShared()");
    }

    private Arena recycling(MemorySegment used) {
      return new Arena() {
        @Override
        public MemorySegment allocate(long byteSize, long byteAlignment) {
          return used.asSlice(0, byteSize);
        }

        @Override
        public MemorySegment.Scope scope() {
          return arena.scope();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Nested
  class Wrapping {

    @Test
    void a_segment_shares_its_memory() {
      MemorySegment segment = arena.allocate(100, 8);

      Tensor tensor = Tensor.wrap(segment, DType.F64, Shape.matrix(2, 3));
      segment.setAtIndex(ValueLayout.JAVA_DOUBLE, 5, 2.5);
      tensor.set(0, 1, -1.5);

      assertThat(tensor.get(1, 2)).isEqualTo(2.5);
      assertThat(segment.getAtIndex(ValueLayout.JAVA_DOUBLE, 1)).isEqualTo(-1.5);
      assertThat(tensor.segment().byteSize()).isEqualTo(48);
    }

    @Test
    void a_heap_segment_is_refused_with_the_remedy() {
      MemorySegment heap = MemorySegment.ofArray(new double[4]);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(heap, DType.F64, Shape.vector(4)))
          .withMessageStartingWith(
              "segment: expected native memory, received a segment on the heap")
          .withMessageContaining("Tensor.vector");
    }

    @ParameterizedTest
    @EnumSource
    void a_misaligned_segment_is_refused(DType dtype) {
      MemorySegment segment = arena.allocate(80, 8).asSlice(dtype.bytes() / 2);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(segment, dtype, Shape.vector(4)))
          .withMessageStartingWith(
              "segment: expected an address that is a multiple of " + dtype.bytes());
    }

    @Test
    void the_alignment_of_an_element_is_enough() {
      MemorySegment segment = arena.allocate(80, 8).asSlice(4);

      assertThat(Tensor.wrap(segment, DType.F32, Shape.vector(4)).get(3)).isZero();
    }

    @Test
    void a_segment_that_is_too_small_is_refused_with_both_sizes() {
      MemorySegment segment = arena.allocate(47, 8);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(segment, DType.F64, Shape.matrix(2, 3)))
          .withMessage(
              "segment: expected at least 48 bytes for F64 (1, 2, 3), received 47: give the shape"
                  + " that was stored");
    }

    @Test
    void memory_of_a_closed_arena_is_refused() {
      MemorySegment segment = arena.allocate(8, 8);
      arena.close();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(segment, DType.F64, Shape.vector(1)))
          .withMessageContaining("received memory of a closed arena");
    }

    @Test
    void memory_confined_to_another_thread_is_refused() {
      MemorySegment segment = arena.allocate(8, 8);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> elsewhere(() -> Tensor.wrap(segment, DType.F64, Shape.vector(1))))
          .withMessageContaining("Arena.ofShared()");
    }

    @Test
    void a_read_only_segment_gives_a_read_only_tensor() {
      MemorySegment segment = arena.allocate(8, 8).asReadOnly();

      assertThat(Tensor.wrap(segment, DType.F64, Shape.vector(1)).isReadOnly()).isTrue();
    }

    @Test
    void a_direct_buffer_shares_its_memory_from_position_to_limit() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
      buffer.putDouble(16, 4.5);

      Tensor tensor = Tensor.wrap(buffer.position(16).limit(32), DType.F64, Shape.vector(2));
      tensor.set(0, 1, 8.5);

      assertThat(tensor.get(0)).isEqualTo(4.5);
      assertThat(buffer.getDouble(24)).isEqualTo(8.5);
      assertThat(buffer.position()).isEqualTo(16);
    }

    @Test
    void a_buffer_is_too_small_by_its_limit() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()).limit(31);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(buffer.position(16), DType.F64, Shape.vector(2)))
          .withMessageStartingWith("direct: expected at least 16 bytes")
          .withMessageContaining("received 15");
    }

    @Test
    void a_buffer_misaligned_by_its_position_is_refused() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()).position(4);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(buffer, DType.F64, Shape.vector(2)))
          .withMessageStartingWith("direct: expected an address that is a multiple of 8");
    }

    @Test
    void a_buffer_on_the_heap_is_refused_with_the_remedy() {
      ByteBuffer buffer = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(buffer, DType.F64, Shape.vector(2)))
          .withMessageContaining("ByteBuffer.allocateDirect");
    }

    @Test
    void a_buffer_in_the_other_byte_order_is_refused_with_the_remedy() {
      ByteOrder other =
          ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
              ? ByteOrder.LITTLE_ENDIAN
              : ByteOrder.BIG_ENDIAN;
      ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(other);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(buffer, DType.F64, Shape.vector(2)))
          .withMessageContaining("received " + other + ": call order(ByteOrder.nativeOrder())");
    }

    @Test
    void a_read_only_buffer_gives_a_read_only_tensor() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(16).asReadOnlyBuffer();

      assertThat(
              Tensor.wrap(buffer.order(ByteOrder.nativeOrder()), DType.F64, Shape.vector(2))
                  .isReadOnly())
          .isTrue();
    }
  }

  @Nested
  class CopyingFromArrays {

    @Test
    void keeps_rows_and_columns_of_a_matrix() {
      Tensor tensor = Tensor.of(arena, new double[][] {{1, 2, 3}, {4, 5, 6}});

      assertThat(tensor.shape()).isEqualTo(Shape.matrix(2, 3));
      assertThat(tensor.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(tensor.toMatrix()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
      assertThat(tensor.segment().address() % 64).isZero();
    }

    @Test
    void keeps_the_order_of_a_batch() {
      Tensor tensor = Tensor.of(arena, new double[][][] {{{1, 2}}, {{3, 4}}, {{5, 6}}});

      assertThat(tensor.shape()).isEqualTo(new Shape(3, 1, 2));
      assertThat(tensor.get(1, 0, 1)).isEqualTo(4);
      assertThat(tensor.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void makes_a_vector() {
      Tensor tensor = Tensor.vector(arena, 1, 2, 3);

      assertThat(tensor.shape()).isEqualTo(Shape.vector(3));
      assertThat(tensor.get(2)).isEqualTo(3);
    }

    @Test
    void refuses_rows_of_different_lengths() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.of(arena, new double[][] {{1, 2}, {3}}))
          .withMessage(
              "matrix: expected 2 columns in every row, received 1 in row 1 of matrix 0: make it"
                  + " rectangular");
    }

    @Test
    void refuses_matrices_of_different_heights() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.of(arena, new double[][][] {{{1}}, {{1}, {2}}}))
          .withMessage(
              "batch: expected 1 rows in every matrix, received 2 in matrix 1: pad the problems");
    }

    @Test
    void refuses_what_is_empty() {
      assertThatIllegalArgumentException().isThrownBy(() -> Tensor.vector(arena));
      assertThatIllegalArgumentException().isThrownBy(() -> Tensor.of(arena, new double[0][]));
      assertThatIllegalArgumentException().isThrownBy(() -> Tensor.of(arena, new double[1][0]));
      assertThatIllegalArgumentException().isThrownBy(() -> Tensor.of(arena, new double[0][][]));
    }
  }

  /** Runs on another thread and throws what was thrown there. */
  private static <T> T elsewhere(Supplier<T> task) {
    try {
      return CompletableFuture.supplyAsync(task).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
