package jot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {

  @Test
  void counts_elements_of_the_batch_and_of_one_problem() {
    Shape shape = new Shape(2, 3, 4);

    assertThat(shape.elements()).isEqualTo(24);
    assertThat(shape.problemElements()).isEqualTo(12);
  }

  @Test
  void counts_elements_beyond_an_int() {
    assertThat(new Shape(7, 100_000, 100_000).elements()).isEqualTo(70_000_000_000L);
  }

  @Test
  void a_vector_and_a_matrix_are_batches_of_one() {
    assertThat(Shape.vector(5)).isEqualTo(new Shape(1, 1, 5));
    assertThat(Shape.matrix(3, 4)).isEqualTo(new Shape(1, 3, 4));
  }

  @Test
  void prints_as_numpy_does() {
    assertThat(new Shape(2, 3, 4)).hasToString("(2, 3, 4)");
  }

  @ParameterizedTest
  @CsvSource({"0,3,4,batch", "2,0,4,rows", "2,3,0,cols", "-1,3,4,batch", "2,3,-7,cols"})
  void a_factor_below_one_is_refused_by_name(int batch, int rows, int cols, String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Shape(batch, rows, cols))
        .withMessageStartingWith(name + ": expected at least 1, received ")
        .withMessageContaining("(" + batch + ", " + rows + ", " + cols + ")");
  }

  @Test
  void a_product_that_overflows_is_refused() {
    int most = Integer.MAX_VALUE;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Shape(most, most, most))
        .withMessage(
            "shape: expected at most 1152921504606846975 elements, received (2147483647,"
                + " 2147483647, 2147483647): split the batch or the problem");
    assertThatIllegalArgumentException().isThrownBy(() -> new Shape(1, most, most));
    assertThatIllegalArgumentException().isThrownBy(() -> new Shape(1 << 30, 1 << 30, 1));
  }

  @Test
  void the_largest_shape_has_bytes_that_a_long_counts() {
    Shape shape = new Shape((1 << 30) - 1, 1 << 30, 1);

    assertThat(Math.multiplyExact(shape.elements(), 8L)).isPositive();
  }
}
