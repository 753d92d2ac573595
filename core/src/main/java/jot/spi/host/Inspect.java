package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session.Facts;

/**
 * {@link jot.spi.Session#inspect}: row minima and column bounds in one read of the cost, then the
 * decision on anchors.
 */
final class Inspect extends HostOp {
  /** Anchors pay when the shift is this many times the range: three bits of the exponent. */
  private static final double ANCHOR_FACTOR = 8;

  private static final int BAD = 0;
  private static final int LARGEST = 1;
  private static final int BLOCKED = 2;
  private static final int INFINITE = 3;

  private final Partials facts;
  private final Partials low;
  private final Partials high;
  private final HostBuffer columnMask;
  private MatrixSource cost;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer rowAnchor;
  private HostBuffer columnAnchor;
  private Inspected inspected;
  private HostBuffer out;

  @SuppressWarnings("NullAway.Init")
  Inspect(HostSession session) {
    super(session);
    facts = new Partials(session, 4);
    low = new Partials(session, n);
    high = new Partials(session, n);
    columnMask = HostBuffer.of(session.vector(n));
  }

  Inspect with(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer out) {
    this.cost = cost;
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    this.rowAnchor = HostBuffer.of(rowAnchor);
    this.columnAnchor = HostBuffer.of(columnAnchor);
    this.out = HostBuffer.of(out);
    Inspected known = this.rowAnchor.inspected;
    if (known == null || known != this.columnAnchor.inspected) {
      known = new Inspected(session.batch());
      this.rowAnchor.inspected = known;
      this.columnAnchor.inspected = known;
    }
    inspected = known;
    return this;
  }

  @Override
  int phases() {
    return 3;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase == 1;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    switch (phase) {
      case 0 -> prepare(problem);
      case 1 -> look(problem, block, first, end, worker);
      default -> decide(problem, worker);
    }
  }

  private void prepare(int problem) {
    for (int j = 0; j < n; j++) {
      columnMask.set(problem, j, b.get(problem, j) > 0 ? 0 : Double.NEGATIVE_INFINITY);
    }
    columnAnchor.fill(problem, 0);
  }

  /** Row minima, and bounds of the columns while the rows that they are made of are in cache. */
  private void look(int problem, int block, int first, int end, Worker worker) {
    facts.set(problem, block, BAD, -1);
    facts.set(problem, block, LARGEST, 0);
    facts.set(problem, block, BLOCKED, -1);
    facts.set(problem, block, INFINITE, 0);
    low.fill(problem, block, Double.POSITIVE_INFINITY);
    high.fill(problem, block, Double.NEGATIVE_INFINITY);
    boolean stored = RowReader.isStoredF64(cost);
    for (int i = first; i < end && facts.get(problem, block, BAD) < 0; i += Worker.GROUP) {
      int last = Math.min(i + Worker.GROUP, end);
      if (stored) {
        group(problem, block, i, last, worker);
      } else {
        for (int r = i; r < last && facts.get(problem, block, BAD) < 0; r++) {
          row(problem, block, r, worker);
          columns(problem, block, r, worker);
        }
      }
    }
  }

  /** A few rows, which stay where they are. */
  private void group(int problem, int block, int first, int last, Worker worker) {
    boolean together = true;
    for (int i = first; i < last && facts.get(problem, block, BAD) < 0; i++) {
      together &= row(problem, block, i, worker) && a.get(problem, i) > 0;
    }
    if (together) {
      HostBuffer values = HostBuffer.of(((MatrixSource.Stored) cost).values());
      kernels.bounds(
          last - first,
          values.segment,
          values.at(problem, first),
          8L * n,
          rowAnchor.segment,
          rowAnchor.at(problem) + 8L * first,
          low.segment,
          low.at(problem, block),
          high.segment,
          high.at(problem, block),
          n);
    } else if (facts.get(problem, block, BAD) < 0) {
      for (int i = first; i < last; i++) {
        worker.cost.read(cost, problem, i);
        columns(problem, block, i, worker);
      }
    }
  }

  /** A row's facts and minimum; whether it is finite, and stays so less its minimum. */
  private boolean row(int problem, int block, int i, Worker worker) {
    RowReader row = worker.cost;
    row.read(cost, problem, i);
    long maskAt = columnMask.at(problem);
    double largest;
    double least;
    boolean finite =
        kernels.extremes(row.segment, row.at, columnMask.segment, maskAt, worker.factors, 0, n);
    if (finite) {
      largest = worker.factors.get(Layouts.F64, 0);
      least = -worker.factors.get(Layouts.F64, 8);
    } else {
      facts.set(problem, block, INFINITE, 1);
      int at = kernels.findBad(row.segment, row.at, false, n);
      if (at >= 0) {
        facts.set(problem, block, BAD, (double) i * n + at);
        return false;
      }
      largest = kernels.maxAbsFinite(row.segment, row.at, 0, n);
      least =
          -kernels.maxSlack(
              row.segment,
              row.at,
              0,
              columnAnchor.segment,
              columnAnchor.at(problem),
              columnMask.segment,
              maskAt,
              n);
    }
    facts.set(problem, block, LARGEST, Math.max(facts.get(problem, block, LARGEST), largest));
    boolean blocked = least == Double.POSITIVE_INFINITY;
    if (blocked && a.get(problem, i) > 0 && facts.get(problem, block, BLOCKED) < 0) {
      facts.set(problem, block, BLOCKED, i);
    }
    rowAnchor.set(problem, i, least);
    return finite && !blocked && largest <= Double.MAX_VALUE / 2;
  }

  /** The part in the columns' bounds of the row that the worker has read. */
  private void columns(int problem, int block, int i, Worker worker) {
    double least = rowAnchor.get(problem, i);
    if (least < Double.POSITIVE_INFINITY && a.get(problem, i) > 0) {
      kernels.bound(
          worker.cost.segment,
          worker.cost.at,
          least,
          low.segment,
          low.at(problem, block),
          high.segment,
          high.at(problem, block),
          n);
    }
  }

  /** The bounds of all blocks, into the first; with a bad entry there are none. */
  private void combine(int problem, Worker worker) {
    if (firstOf(problem, BAD) >= 0) {
      low.fill(problem, 0, Double.POSITIVE_INFINITY);
      high.fill(problem, 0, Double.NEGATIVE_INFINITY);
      return;
    }
    long spare = worker.firstAt;
    kernels.fill(0, worker.spare, spare, n);
    for (int block = 1; block < session.blocks(); block++) {
      long lowest = low.at(problem, 0);
      long highest = high.at(problem, 0);
      long at = low.at(problem, block);
      kernels.bound(low.segment, at, 0, low.segment, lowest, worker.spare, spare, n);
      at = high.at(problem, block);
      kernels.bound(high.segment, at, 0, worker.spare, spare, high.segment, highest, n);
    }
  }

  private double firstOf(int problem, int fact) {
    for (int block = 0; block < session.blocks(); block++) {
      double value = facts.get(problem, block, fact);
      if (value >= 0) {
        return value;
      }
    }
    return -1;
  }

  private void decide(int problem, Worker worker) {
    combine(problem, worker);
    double largest = 0;
    for (int block = 0; block < session.blocks(); block++) {
      largest = Math.max(largest, facts.get(problem, block, LARGEST));
    }
    double range = 0;
    double shift = 0;
    int blocked = -1;
    for (int j = 0; j < n; j++) {
      double least = low.get(problem, 0, j);
      double most = high.get(problem, 0, j);
      boolean finite = least < Double.POSITIVE_INFINITY;
      if (b.get(problem, j) > 0) {
        if (finite) {
          range = Math.max(range, most - least);
          shift = Math.max(shift, Math.abs(least));
        } else if (blocked < 0) {
          blocked = j;
        }
      }
      columnAnchor.set(problem, j, finite ? least : 0);
    }
    for (int i = 0; i < m; i++) {
      double least = rowAnchor.get(problem, i);
      if (least < Double.POSITIVE_INFINITY) {
        shift = Math.max(shift, Math.abs(least));
      } else {
        rowAnchor.set(problem, i, 0);
      }
    }
    boolean anchored = shift > ANCHOR_FACTOR * range;
    if (!anchored) {
      rowAnchor.fill(problem, 0);
      columnAnchor.fill(problem, 0);
    }
    inspected.largestCost[problem] = largest;
    inspected.finiteCost[problem] = facts.sum(problem, INFINITE) == 0;
    inspected.anchored[problem] = anchored;
    out.set(problem, Facts.BAD_ENTRY, firstOf(problem, BAD));
    out.set(problem, Facts.MAX_COST, largest);
    out.set(problem, Facts.RANGE, range);
    out.set(problem, Facts.MAX_ANCHORED_COST, anchored ? range : largest);
    out.set(problem, Facts.BLOCKED_ROW, firstOf(problem, BLOCKED));
    out.set(problem, Facts.BLOCKED_COLUMN, blocked);
  }
}
