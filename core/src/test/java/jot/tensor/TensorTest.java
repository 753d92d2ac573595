package jot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @Nested
  class Elements {

    @ParameterizedTest
    @EnumSource
    void are_row_major(DType dtype) {
      Tensor tensor = Tensor.allocate(arena, dtype, new Shape(2, 3, 4));
      for (int b = 0; b < 2; b++) {
        for (int i = 0; i < 3; i++) {
          for (int j = 0; j < 4; j++) {
            tensor.set(b, i, j, 100 * b + 10 * i + j);
          }
        }
      }

      assertThat(tensor.getFlat((1 * 3 + 2) * 4 + 3)).isEqualTo(123);
      assertThat(tensor.getFlat(4)).isEqualTo(10);
      assertThat(tensor.get(1, 0, 2)).isEqualTo(102);
    }

    @Test
    void of_f32_are_rounded_and_widened_as_java_does() {
      Tensor tensor = Tensor.allocate(arena, DType.F32, Shape.vector(3));
      tensor.setFlat(0, 0.1);
      tensor.setFlat(1, 1e300);
      tensor.setFlat(2, Double.NaN);

      assertThat(tensor.toArray())
          .containsExactly((double) 0.1f, Double.POSITIVE_INFINITY, Double.NaN);
    }

    @Test
    void outside_the_shape_are_refused() {
      Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(2, 3, 4));
      Tensor one = tensor.problem(0);

      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> tensor.get(0, 1, 4))
          .withMessage("index: expected one inside the shape (2, 3, 4), received (0, 1, 4)");
      for (Runnable access :
          new Runnable[] {
            () -> tensor.get(2, 0, 0),
            () -> tensor.get(-1, 0, 0),
            () -> tensor.get(0, 3, 0),
            () -> tensor.get(0, -1, 0),
            () -> tensor.get(0, 0, -1),
            () -> tensor.set(0, 3, 0, 1),
            () -> one.get(3, 0),
            () -> one.set(0, 4, 1),
            () -> tensor.getFlat(24),
            () -> tensor.getFlat(-1),
            () -> tensor.setFlat(24, 1),
            () -> one.reshape(Shape.vector(12)).get(12),
            () -> tensor.problem(2),
            () -> tensor.problem(-1)
          }) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(access::run);
      }
      assertThat(tensor.toArray()).containsOnly(0.0);
    }

    @Test
    void of_a_batch_need_three_indexes() {
      Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(2, 3, 4));

      assertThatIllegalStateException()
          .isThrownBy(() -> tensor.get(0, 0))
          .withMessage("tensor: expected a batch of 1, received (2, 3, 4): take problem(b) first");
      assertThatIllegalStateException().isThrownBy(() -> tensor.set(0, 0, 1));
      assertThatIllegalStateException().isThrownBy(tensor::toMatrix);
    }

    @Test
    void of_a_column_are_numbered_as_those_of_a_row() {
      Tensor column = Tensor.of(arena, new double[][] {{1}, {2}, {3}});

      assertThat(column.get(1)).isEqualTo(2);
    }

    @Test
    void of_a_matrix_need_two_indexes() {
      Tensor matrix = Tensor.of(arena, new double[][] {{1, 2}, {3, 4}});

      assertThatIllegalStateException()
          .isThrownBy(() -> matrix.get(0))
          .withMessageContaining("(1, 2, 2)");
    }

    @ParameterizedTest
    @EnumSource
    void are_filled(DType dtype) {
      Tensor tensor = Tensor.allocate(arena, dtype, new Shape(2, 3, 5));

      tensor.problem(1).fill(1.5);

      assertThat(tensor.problem(0).toArray()).containsOnly(0.0);
      assertThat(tensor.problem(1).toArray()).containsOnly(1.5);
    }

    @Test
    void in_a_closed_arena_are_an_illegal_state() {
      Tensor tensor = Tensor.vector(arena, 1, 2);
      assertThat(tensor.isAlive()).isTrue();
      arena.close();

      assertThat(tensor.isAlive()).isFalse();
      assertThatIllegalStateException().isThrownBy(() -> tensor.get(0));
      assertThatIllegalStateException().isThrownBy(() -> tensor.setFlat(0, 1));
      assertThatIllegalStateException().isThrownBy(tensor::toArray);
      assertThatIllegalStateException().isThrownBy(() -> tensor.fill(0));
      assertThatIllegalStateException().isThrownBy(() -> tensor.copyTo(Arena.ofAuto(), DType.F32));
    }

    @Test
    void of_a_confined_arena_answer_to_its_own_thread() {
      Tensor tensor = Tensor.vector(arena, 1, 2);

      assertThatExceptionOfType(WrongThreadException.class)
          .isThrownBy(() -> elsewhere(() -> tensor.get(0)));
    }
  }

  @Nested
  class Views {

    @ParameterizedTest
    @EnumSource
    void of_one_problem_share_its_memory(DType dtype) {
      Tensor tensor = Tensor.allocate(arena, dtype, new Shape(3, 3, 5));

      Tensor problem = tensor.problem(1);
      problem.set(2, 4, 7);

      assertThat(problem.shape()).isEqualTo(Shape.matrix(3, 5));
      assertThat(tensor.get(1, 2, 4)).isEqualTo(7);
      assertThat(tensor.problem(0).toArray()).containsOnly(0.0);
      assertThat(tensor.problem(2).toArray()).containsOnly(0.0);
    }

    @Test
    void of_another_shape_keep_the_order() {
      Tensor tensor = Tensor.of(arena, new double[][] {{1, 2, 3}, {4, 5, 6}});

      Tensor reshaped = tensor.reshape(new Shape(3, 1, 2));
      reshaped.set(0, 0, 0, 9);

      assertThat(reshaped.toArray()).containsExactly(9, 2, 3, 4, 5, 6);
      assertThat(tensor.get(0, 0)).isEqualTo(9);
    }

    @Test
    void of_another_number_of_elements_are_refused() {
      Tensor tensor = Tensor.of(arena, new double[][] {{1, 2, 3}, {4, 5, 6}});

      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.reshape(Shape.matrix(2, 2)))
          .withMessage(
              "s: expected a shape of 6 elements as (1, 2, 3) has, received (1, 2, 2) with 4: give"
                  + " one with the same product");
    }

    @Test
    void that_are_read_only_refuse_every_way_of_writing() {
      Tensor tensor = Tensor.vector(arena, 1, 2);
      Tensor readOnly = tensor.asReadOnly();

      assertThat(readOnly.isReadOnly()).isTrue();
      assertThat(tensor.isReadOnly()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(() -> readOnly.set(0, 0, 1))
          .withMessage(
              "tensor: expected one that may be written, received a read-only Tensor F64 (1, 1, 2):"
                  + " write to a copy, copyTo(arena, dtype)");
      assertThatIllegalStateException().isThrownBy(() -> readOnly.set(0, 0, 0, 1));
      assertThatIllegalStateException().isThrownBy(() -> readOnly.setFlat(0, 1));
      assertThatIllegalStateException().isThrownBy(() -> readOnly.fill(1));
      assertThatIllegalStateException().isThrownBy(() -> readOnly.copyFrom(tensor));
      assertThatIllegalStateException().isThrownBy(() -> readOnly.problem(0).fill(1));
      assertThatIllegalStateException()
          .isThrownBy(() -> readOnly.reshape(Shape.matrix(2, 1)).fill(1));
      assertThat(tensor.toArray()).containsExactly(1, 2);
      tensor.setFlat(0, 5);
      assertThat(readOnly.get(0)).isEqualTo(5);
    }
  }

  @Nested
  class Copies {

    @Test
    void to_another_type_and_back_round_once() {
      Tensor tensor = Tensor.of(arena, new double[][][] {{{0.1, -0.0}}, {{1e300, Double.NaN}}});

      Tensor single = tensor.copyTo(arena, DType.F32);
      Tensor back = single.copyTo(arena, DType.F64);

      assertThat(single.dtype()).isEqualTo(DType.F32);
      assertThat(back.shape()).isEqualTo(tensor.shape());
      assertThat(back.toArray())
          .containsExactly((double) 0.1f, -0.0, Double.POSITIVE_INFINITY, Double.NaN);
      assertThat(single.toArray()).containsExactly(back.toArray());
    }

    @ParameterizedTest
    @EnumSource
    void to_the_same_type_are_independent(DType dtype) {
      Tensor tensor = Tensor.vector(arena, 1, 2, 3).copyTo(arena, dtype);

      Tensor copy = tensor.asReadOnly().copyTo(arena, dtype);
      copy.setFlat(0, 9);

      assertThat(tensor.toArray()).containsExactly(1, 2, 3);
      assertThat(copy.toArray()).containsExactly(9, 2, 3);
    }

    @Test
    void outlive_the_arena_of_the_original() {
      Tensor copy;
      try (Arena brief = Arena.ofConfined()) {
        copy = Tensor.vector(brief, 1, 2).copyTo(arena, DType.F64);
      }

      assertThat(copy.toArray()).containsExactly(1, 2);
    }

    @Test
    void into_memory_of_the_same_type_may_overlap() {
      MemorySegment segment = arena.allocate(32, 8);
      Tensor low = Tensor.wrap(segment, DType.F64, Shape.vector(3));
      Tensor high = Tensor.wrap(segment.asSlice(8), DType.F64, Shape.vector(3));
      low.copyFrom(Tensor.vector(arena, 1, 2, 3));

      high.copyFrom(low);

      assertThat(high.toArray()).containsExactly(1, 2, 3);
    }

    @Test
    void that_convert_in_place_are_refused() {
      MemorySegment segment = arena.allocate(32, 8);
      Tensor wide = Tensor.wrap(segment, DType.F64, Shape.vector(4));
      Tensor narrow = Tensor.wrap(segment, DType.F32, Shape.vector(4));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> narrow.copyFrom(wide))
          .withMessageContaining("overlaps");
    }

    @Test
    void of_another_shape_are_refused() {
      Tensor tensor = Tensor.vector(arena, 1, 2);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyFrom(Tensor.of(arena, new double[][] {{1}, {2}})))
          .withMessage("other: expected the shape (1, 1, 2), received (1, 2, 1): reshape it first");
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
