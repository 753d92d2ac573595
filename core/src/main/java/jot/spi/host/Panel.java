package jot.spi.host;

import java.lang.foreign.MemorySegment;

/**
 * Some rows x_k of a problem, packed in tiles beside s_k = x_k/d_k, to add Σ_k s_kjᵀ x_kl to an n×n
 * matrix. For each problem its own, so that problems may go at once.
 */
final class Panel {
  /** Rows at most, whole tiles of them. */
  static final int DEPTH = 180;

  /** Columns whose tiles stay in the second cache while rows pass: 180 KiB of x. */
  private static final int COLUMNS = 128;

  private final RowKernels kernels;
  private final int n;
  private final int width;
  private final int depth;
  private final long stride;
  private final MemorySegment x;
  private final MemorySegment s;

  Panel(HostSession session) {
    kernels = session.kernels();
    n = session.columns();
    width = kernels.tileColumns();
    depth = Math.min(DEPTH, Math.max(session.rows(), n));
    int padded = (n + width - 1) / width * width + Math.max(width, RowKernels.TILE_ROWS);
    stride = 8L * depth * padded;
    x = session.allocate(stride * session.batch());
    s = session.allocate(stride * session.batch());
  }

  private void pack(
      double factor,
      MemorySegment row,
      long at,
      int first,
      MemorySegment to,
      long toAt,
      int k,
      int rows,
      int tileWidth) {
    int tile = first / tileWidth;
    int skipped = tile * tileWidth;
    long stride = 8L * tileWidth * rows;
    kernels.pack(
        factor,
        row,
        at + 8L * skipped,
        tileWidth,
        to,
        toAt + stride * tile + 8L * tileWidth * k,
        stride,
        n - skipped);
  }

  /**
   * Takes a row as the k-th of {@code rows}, its numbers from {@code first} on.
   *
   * @param d what s is divided by; where it is not positive the row counts as zeros
   */
  void put(int problem, int k, int rows, MemorySegment row, long at, int first, double d) {
    long start = stride * problem;
    boolean counts = d > 0;
    pack(counts ? 1 : 0, row, at, first, x, start, k, rows, width);
    pack(counts ? 1 / d : 0, row, at, first, s, start, k, rows, RowKernels.TILE_ROWS);
  }

  /**
   * Adds the products to rows [from, to) of a matrix, from the tile of the diagonal to the right;
   * what comes left of the diagonal is of no use. {@code from} is a multiple of the tile's rows.
   */
  void add(int problem, int rows, HostBuffer matrix, int from, int to, Worker worker) {
    long start = stride * problem;
    for (int left = from / width * width; left < n; left += COLUMNS / width * width) {
      int right = Math.min(n, left + COLUMNS / width * width);
      for (int j = from; j < to; j += RowKernels.TILE_ROWS) {
        long sAt = start + 8L * j * rows;
        for (int l = Math.max(left, j / width * width); l < right; l += width) {
          long xAt = start + 8L * l * rows;
          if (j + RowKernels.TILE_ROWS <= to && l + width <= n) {
            long at = matrix.at(problem, j) + 8L * l;
            kernels.addTile(rows, s, sAt, x, xAt, matrix.segment, at, 8L * n);
          } else {
            edge(
                problem,
                rows,
                sAt,
                xAt,
                matrix,
                j,
                Math.min(to, j + RowKernels.TILE_ROWS),
                l,
                worker);
          }
        }
      }
    }
  }

  /** A tile that reaches over the matrix or the rows wanted. */
  private void edge(
      int problem,
      int rows,
      long sAt,
      long xAt,
      HostBuffer matrix,
      int j,
      int to,
      int l,
      Worker worker) {
    MemorySegment tile = worker.tile;
    kernels.fill(0, tile, 0, RowKernels.TILE_ROWS * width);
    kernels.addTile(rows, s, sAt, x, xAt, tile, 0, 8L * width);
    int columns = Math.min(width, n - l);
    for (int r = j; r < to; r++) {
      long from = 8L * width * (r - j);
      kernels.axpy(1, tile, from, matrix.segment, matrix.at(problem, r) + 8L * l, columns);
    }
  }
}
