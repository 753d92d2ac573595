package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session.Facts;

/**
 * {@link jot.spi.Session#inspect}: row minima, then column bounds, then the decision on anchors.
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
    if (this.rowAnchor.nonZero == null) {
      this.rowAnchor.nonZero = new boolean[session.batch()];
    }
    if (this.rowAnchor.largestCost == null) {
      this.rowAnchor.largestCost = new double[session.batch()];
    }
    if (this.rowAnchor.finiteCost == null) {
      this.rowAnchor.finiteCost = new boolean[session.batch()];
    }
    if (this.columnAnchor.nonZero == null) {
      this.columnAnchor.nonZero = new boolean[session.batch()];
    }
    return this;
  }

  @Override
  int phases() {
    return 4;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase == 1 || phase == 2;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    switch (phase) {
      case 0 -> prepare(problem);
      case 1 -> rowMinima(problem, block, first, end, worker);
      case 2 -> columnBounds(problem, block, first, end, worker);
      default -> decide(problem);
    }
  }

  private void prepare(int problem) {
    for (int j = 0; j < n; j++) {
      columnMask.set(problem, j, b.get(problem, j) > 0 ? 0 : Double.NEGATIVE_INFINITY);
    }
    columnAnchor.fill(problem, 0);
  }

  private void rowMinima(int problem, int block, int first, int end, Worker worker) {
    double bad = -1;
    double blocked = -1;
    double largest = 0;
    double infinite = 0;
    for (int i = first; i < end; i++) {
      RowReader row = worker.cost;
      row.read(cost, problem, i);
      if (kernels.findBad(row.segment, row.at, true, n) >= 0) {
        infinite = 1;
        int at = kernels.findBad(row.segment, row.at, false, n);
        if (at >= 0) {
          bad = (double) i * n + at;
          break;
        }
      }
      largest = Math.max(largest, kernels.maxAbsFinite(row.segment, row.at, 0, n));
      double least =
          -kernels.maxSlack(
              row.segment,
              row.at,
              0,
              columnAnchor.segment,
              columnAnchor.at(problem),
              columnMask.segment,
              columnMask.at(problem),
              n);
      if (least == Double.POSITIVE_INFINITY && a.get(problem, i) > 0 && blocked < 0) {
        blocked = i;
      }
      rowAnchor.set(problem, i, least);
    }
    facts.set(problem, block, BAD, bad);
    facts.set(problem, block, LARGEST, largest);
    facts.set(problem, block, BLOCKED, blocked);
    facts.set(problem, block, INFINITE, infinite);
  }

  private void columnBounds(int problem, int block, int first, int end, Worker worker) {
    low.fill(problem, block, Double.POSITIVE_INFINITY);
    high.fill(problem, block, Double.NEGATIVE_INFINITY);
    if (firstOf(problem, BAD) >= 0) {
      return;
    }
    for (int i = first; i < end; i++) {
      double least = rowAnchor.get(problem, i);
      if (least < Double.POSITIVE_INFINITY && a.get(problem, i) > 0) {
        RowReader row = worker.cost;
        row.read(cost, problem, i);
        kernels.bound(
            row.segment,
            row.at,
            least,
            low.segment,
            low.at(problem, block),
            high.segment,
            high.at(problem, block),
            n);
      }
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

  private void decide(int problem) {
    double largest = 0;
    for (int block = 0; block < session.blocks(); block++) {
      largest = Math.max(largest, facts.get(problem, block, LARGEST));
    }
    double range = 0;
    double shift = 0;
    int blocked = -1;
    for (int j = 0; j < n; j++) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int block = 0; block < session.blocks(); block++) {
        least = Math.min(least, low.get(problem, block, j));
        most = Math.max(most, high.get(problem, block, j));
      }
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
    if (rowAnchor.largestCost != null) {
      rowAnchor.largestCost[problem] = largest;
    }
    if (rowAnchor.finiteCost != null) {
      rowAnchor.finiteCost[problem] = facts.sum(problem, INFINITE) == 0;
    }
    setUsed(rowAnchor, problem, anchored);
    setUsed(columnAnchor, problem, anchored);
    out.set(problem, Facts.BAD_ENTRY, firstOf(problem, BAD));
    out.set(problem, Facts.MAX_COST, largest);
    out.set(problem, Facts.RANGE, range);
    out.set(problem, Facts.MAX_ANCHORED_COST, anchored ? range : largest);
    out.set(problem, Facts.BLOCKED_ROW, firstOf(problem, BLOCKED));
    out.set(problem, Facts.BLOCKED_COLUMN, blocked);
  }

  private static void setUsed(HostBuffer anchor, int problem, boolean used) {
    if (anchor.nonZero != null) {
      anchor.nonZero[problem] = used;
    }
  }
}
