package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/**
 * {@link jot.spi.Session#eliminate}: the Laplacian's weights w_jk = Σ_i P_ij P_ik/r_i above the
 * diagonal, then one vertex after the other: its pivot is the sum of its remaining weights
 * (Grassmann, Taksar and Heyman's idea for Markov chains), and its neighbours gain w_kj w_kl/pivot.
 * Sums of positive numbers throughout, so every entry keeps its relative accuracy.
 *
 * <p>Both steps are sums of products of rows, some rows at a time and in tiles: the plan's rows
 * over r_i, and the eliminated vertices' rows over their pivots. A panel of vertices is eliminated
 * by one thread, which brings each row up to date before its pivot is summed; what it adds to the
 * rows below goes by blocks. Every entry gains its terms in the same order on any number of
 * threads.
 */
final class Eliminate extends HostOp {
  /**
   * Rows that are eliminated one by one before the panel's others take them together: whole tiles.
   */
  private static final int STRIP = 12;

  private final Panel panel;
  private final Partials factors;

  /** Panels of rows of the plan. */
  private final int gathering;

  /** Panels of vertices. */
  private final int panels;

  private MatrixSource plan;
  private HostBuffer rowSums;
  private HostBuffer columnSums;
  private HostBuffer factor;
  private HostBuffer components;

  @SuppressWarnings("NullAway.Init")
  Eliminate(HostSession session) {
    super(session);
    panel = new Panel(session);
    factors = new Partials(session, Panel.DEPTH);
    gathering = (m + Panel.DEPTH - 1) / Panel.DEPTH;
    panels = (n + Panel.DEPTH - 1) / Panel.DEPTH;
  }

  Eliminate with(
      MatrixSource plan, Buffer rowSums, Buffer columnSums, Buffer factor, Buffer components) {
    this.plan = plan;
    this.rowSums = HostBuffer.of(rowSums);
    this.columnSums = HostBuffer.of(columnSums);
    this.factor = HostBuffer.of(factor);
    this.components = HostBuffer.of(components);
    return this;
  }

  @Override
  int phases() {
    return 2 * (gathering + panels);
  }

  @Override
  boolean byBlocks(int phase) {
    return (phase & 1) == 1 || phase / 2 < gathering;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    int step = phase / 2;
    boolean gathers = step < gathering;
    int size = gathers ? m : n;
    int start = (gathers ? step : step - gathering) * Panel.DEPTH;
    int stop = Math.min(size, start + Panel.DEPTH);
    if ((phase & 1) == 1) {
      int below = gathers ? 0 : stop;
      int from = border(block, below);
      int to = border(block + 1, below);
      panel.add(problem, stop - start, factor, from, to, worker);
    } else if (gathers) {
      if (step == 0) {
        clear(problem, block);
      }
      gather(problem, block, start, stop, worker);
    } else {
      vertices(problem, start, stop, worker);
    }
  }

  /** Where a block's rows start, of those from {@code below} on: whole tiles, more further down. */
  private int border(int block, int below) {
    int tiles = (n - below + RowKernels.TILE_ROWS - 1) / RowKernels.TILE_ROWS;
    double share = 1 - Math.sqrt(1 - (double) block / session.blocks());
    return Math.min(n, below + RowKernels.TILE_ROWS * (int) (tiles * share));
  }

  private void clear(int problem, int block) {
    for (int j = session.firstColumn(block); j < session.endColumn(block); j++) {
      kernels.fill(0, factor.segment, factor.at(problem, j), n);
    }
    if (block == 0) {
      components.set(problem, 0, 0);
    }
  }

  /** Packs a block's share of the plan's rows [start, stop). */
  private void gather(int problem, int block, int start, int stop, Worker worker) {
    RowReader p = worker.plan;
    int rows = stop - start;
    int end = start + Blocks.first(block + 1, session.blocks(), rows);
    for (int i = start + Blocks.first(block, session.blocks(), rows); i < end; i++) {
      p.read(plan, problem, i);
      panel.put(problem, i - start, rows, p.segment, p.at, 0, rowSums.get(problem, i));
    }
  }

  /** Eliminates the vertices [start, stop), strip by strip, and packs their rows. */
  private void vertices(int problem, int start, int stop, Worker worker) {
    for (int strip = start; strip < stop; strip += STRIP) {
      int end = Math.min(stop, strip + STRIP);
      for (int k = strip; k < end; k++) {
        components.set(problem, 0, components.get(problem, 0) + vertex(problem, strip, k));
      }
      if (end < stop) {
        pack(problem, strip, end);
        panel.add(problem, end - strip, factor, end, stop, worker);
      }
    }
    pack(problem, start, stop);
  }

  private void pack(int problem, int start, int stop) {
    for (int k = start; k < stop; k++) {
      double pivot = factor.get(problem, (long) k * n + k);
      long row = factor.at(problem, k);
      panel.put(problem, k - start, stop - start, factor.segment, row, stop, pivot);
    }
  }

  /** Eliminates vertex k of a strip; 1 when it was the last of a component, else 0. */
  private int vertex(int problem, int strip, int k) {
    int right = n - k - 1;
    long row = factor.at(problem, k) + 8L * (k + 1);
    for (int above = strip; above < k; above++) {
      long from = factor.at(problem, above);
      double pivot = factor.segment.get(Layouts.F64, from + 8L * above);
      double weight = factor.segment.get(Layouts.F64, from + 8L * k);
      factors.set(problem, 0, above - strip, pivot > 0 ? weight / pivot : 0);
    }
    kernels.axpys(
        k - strip,
        factors.segment,
        factors.at(problem, 0),
        factor.segment,
        factor.at(problem, strip) + 8L * (k + 1),
        8L * n,
        factor.segment,
        row,
        right);
    double pivot = right == 0 ? 0 : kernels.sum(factor.segment, row, right);
    factor.segment.set(Layouts.F64, row - 8, pivot);
    return !(pivot > 0) && columnSums.get(problem, k) > 0 ? 1 : 0;
  }
}
