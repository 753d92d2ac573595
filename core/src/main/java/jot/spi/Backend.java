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

  /**
   * As {@link #open(int, int, int)}, with all work in the caller's stream.
   *
   * @param stream a handle of the device's library
   * @throws IllegalArgumentException when this backend has no streams
   */
  default Session open(int batch, int rows, int columns, long stream) {
    throw new IllegalArgumentException(
        "stream: expected none, for the backend '"
            + name()
            + "' has no streams; choose the backend 'cuda'");
  }
}
