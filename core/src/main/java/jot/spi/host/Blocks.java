package jot.spi.host;

/** How the rows of a problem are cut into blocks: from the shape alone, never from the machine. */
final class Blocks {
  /** A block worth handing to another thread: about 15 µs of exp. */
  private static final long MIN_ENTRIES = 1 << 14;

  private static final int MAX_BLOCKS = 16;

  /** Groups of rows in a block from which on none is cut in two. */
  private static final int MIN_GROUPS = 4;

  private Blocks() {}

  static int count(int rows, int columns) {
    long entries = (long) rows * columns;
    return (int) Math.max(1, Math.min(Math.min(MAX_BLOCKS, rows), entries / MIN_ENTRIES));
  }

  /** A block's first row: that of a group, where blocks have several groups. */
  static int first(int block, int blocks, int rows) {
    int first = (int) ((long) rows * block / blocks);
    boolean whole = block < blocks && rows >= MIN_GROUPS * Worker.GROUP * blocks;
    return whole ? first - first % Worker.GROUP : first;
  }
}
