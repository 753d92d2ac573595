package jot.spi;

/**
 * A device that can run jot's kernels. Opened once a process and number of threads, shared by
 * everything, thread-safe. Work happens in {@link Session}s.
 */
public interface Backend {
  /** The provider's name. */
  String name();

  /** One line for people, such as {@code "vector: 256-bit vectors, 2 threads"}. */
  String description();

  /**
   * Opens an in-order queue for a batch of m×n problems.
   *
   * @throws IllegalArgumentException for sizes below 1 or whose product overflows
   */
  Session open(int batch, int rows, int columns);
}
