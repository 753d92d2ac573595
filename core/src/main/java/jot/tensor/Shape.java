package jot.tensor;

/**
 * Shape of a {@link Tensor}: {@code batch} problems of {@code rows} × {@code cols} elements each,
 * stored one problem after the other and each problem row by row. A vector of n is 1 × 1 × n.
 *
 * @param batch number of problems, at least 1
 * @param rows rows of each problem, at least 1
 * @param cols columns of each problem, at least 1
 */
public record Shape(int batch, int rows, int cols) {

  /** Most elements that a shape may have: their size in bytes must fit in a {@code long}. */
  private static final long MAX_ELEMENTS = Long.MAX_VALUE / Double.BYTES;

  /**
   * Makes a shape.
   *
   * @throws IllegalArgumentException if a factor is below 1, or if the elements, at 8 bytes each,
   *     take more bytes than a {@code long} counts
   */
  public Shape {
    requirePositive("batch", batch, batch, rows, cols);
    requirePositive("rows", rows, batch, rows, cols);
    requirePositive("cols", cols, batch, rows, cols);
    if ((long) rows * cols > MAX_ELEMENTS / batch) {
      throw new IllegalArgumentException(
          "shape: expected at most "
              + MAX_ELEMENTS
              + " elements, received "
              + text(batch, rows, cols)
              + ": split the batch or the problem");
    }
  }

  /** The shape 1 × {@code rows} × {@code cols} of one matrix. */
  public static Shape matrix(int rows, int cols) {
    return new Shape(1, rows, cols);
  }

  /** The shape 1 × 1 × {@code n} of one vector. */
  public static Shape vector(int n) {
    return new Shape(1, 1, n);
  }

  /** Number of elements of all problems: batch · rows · cols. */
  public long elements() {
    return batch * problemElements();
  }

  /** Number of elements of one problem: rows · cols. */
  public long problemElements() {
    return (long) rows * cols;
  }

  /** The shape as numpy prints it, such as {@code (2, 3, 4)}. */
  @Override
  public String toString() {
    return text(batch, rows, cols);
  }

  private static void requirePositive(String name, int value, int batch, int rows, int cols) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name
              + ": expected at least 1, received "
              + value
              + " in the shape "
              + text(batch, rows, cols)
              + " of (batch, rows, cols): leave an empty problem out");
    }
  }

  private static String text(int batch, int rows, int cols) {
    return "(" + batch + ", " + rows + ", " + cols + ")";
  }
}
