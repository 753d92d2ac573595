package jot.spi.host;

/** How the rows of a problem are cut into blocks: from the shape alone, never from the machine. */
final class Blocks {
  /** A block worth handing to another thread: about 15 µs of exp. */
  private static final long MIN_ENTRIES = 1 << 14;

  private static final int MAX_BLOCKS = 16;

  private Blocks() {}

  static int count(int rows, int columns) {
    long entries = (long) rows * columns;
    return (int) Math.max(1, Math.min(Math.min(MAX_BLOCKS, rows), entries / MIN_ENTRIES));
  }

  static int first(int block, int blocks, int rows) {
    return (int) ((long) rows * block / blocks);
  }
}
