package jot.spi.host;

import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import org.jspecify.annotations.Nullable;

/**
 * {@link PlanGraph} on the CPU: entries and edges picked in row order, a spanning forest by
 * Borůvka's rounds, {@link SparseElimination} of both. The work is on the caller's thread and in
 * memory that is kept; problems of a batch share nothing.
 */
final class HostPlanGraph implements PlanGraph {
  /** θ: entries below this fraction of both their row's and column's largest are no edges. */
  private static final double THRESHOLD = 1e-2;

  /** Entries below this fraction of both their row's and their column's sum are below rounding. */
  private static final double NEGLIGIBLE = 1e-17;

  /** The same where flows over light edges must be right, */
  private static final double NEGLIGIBLE_EXACT = 1e-40;

  /** if edges above this fraction of both hold the graph together. */
  private static final double HOLDING = 1e-22;

  /** Relative rounding of a sum of masses. */
  private static final double ROUNDING = 1e-14;

  /** Share of all entries up to which a sparse product is the faster one. */
  private static final double SPARSE = 1.0 / 12;

  /** Rows whose entries are counted before all are. */
  private static final int SAMPLE = 8;

  /** Neighbours up to which a vertex is eliminated exactly. */
  private static final int EXACT_DEGREE = 8;

  /** Kept edges a vertex above which plain conjugate gradients are short anyway. */
  private static final int MAX_KEPT = 128;

  private final HostSession session;
  private final RowKernels kernels;
  private final int m;
  private final int n;
  private final @Nullable SparseElimination[] factors;
  private final @Nullable SparseRows[] entries;
  private final boolean[] sparse;
  private final boolean[] exactly;
  private final RowReader reader;
  private final HostBuffer columnTop;
  private final HostBuffer columnLow;
  private final HostBuffer rowTop;
  private final int[] parent;
  private final double[] best;
  private final int[] bestRow;
  private final int[] bestColumn;
  private final double[] work;

  HostPlanGraph(HostSession session) {
    this.session = session;
    kernels = session.kernels();
    m = session.rows();
    n = session.columns();
    factors = new SparseElimination[session.batch()];
    entries = new SparseRows[session.batch()];
    sparse = new boolean[session.batch()];
    exactly = new boolean[session.batch()];
    reader = session.callersReader();
    columnTop = HostBuffer.of(session.vector(n));
    columnLow = HostBuffer.of(session.vector(n));
    rowTop = HostBuffer.of(session.vector(m));
    parent = new int[m + n];
    best = new double[m + n];
    bestRow = new int[m + n];
    bestColumn = new int[m + n];
    work = new double[m + n];
  }

  private static boolean isOn(Buffer active, int problem) {
    return HostBuffer.of(active).get(problem, 0) != 0;
  }

  @Override
  public void scan(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      boolean exact,
      Buffer count,
      Buffer active) {
    HostBuffer ofRows = HostBuffer.of(rowSums);
    HostBuffer ofColumns = HostBuffer.of(columnSums);
    for (int problem = 0; problem < session.batch(); problem++) {
      if (isOn(active, problem)) {
        exactly[problem] = exact;
        sparse[problem] =
            collect(plan, ofRows, ofColumns, problem)
                && (!exact || holdsTogether(ofRows, ofColumns, problem));
        SparseRows rows = entries[problem];
        boolean few = sparse[problem] && rows != null;
        HostBuffer.of(count).set(problem, 0, few ? rows.size() : -1);
      }
    }
  }

  private boolean collect(
      MatrixSource plan, HostBuffer rowSums, HostBuffer columnSums, int problem) {
    double limit = SPARSE * m * n;
    double share = exactly[problem] ? NEGLIGIBLE_EXACT : NEGLIGIBLE;
    if (sampled(plan, rowSums, problem, share) > limit) {
      return false;
    }
    SparseRows rows = entries[problem];
    if (rows == null) {
      rows = new SparseRows(m, n);
      entries[problem] = rows;
    }
    rows.clear();
    for (int i = 0; i < m; i++) {
      reader.read(plan, problem, i);
      double rowBound = share * rowSums.get(problem, i);
      int j = next(columnSums, problem, rowBound, share, 0);
      while (j < n) {
        rows.add(j, entry(j));
        j = next(columnSums, problem, rowBound, share, j + 1);
      }
      rows.endRow();
      if (rows.size() > limit) {
        return false;
      }
    }
    return true;
  }

  /** Whether the collected entries far above those left out connect all rows and columns. */
  private boolean holdsTogether(HostBuffer rowSums, HostBuffer columnSums, int problem) {
    SparseRows rows = entries[problem];
    if (rows == null) {
      return false;
    }
    apart();
    int parts = 0;
    for (int i = 0; i < m; i++) {
      parts += rowSums.get(problem, i) > 0 ? 1 : 0;
    }
    for (int j = 0; j < n; j++) {
      parts += columnSums.get(problem, j) > 0 ? 1 : 0;
    }
    for (int i = 0; i < m; i++) {
      double rowBound = HOLDING * rowSums.get(problem, i);
      for (int e = rows.start(i); e < rows.start(i + 1); e++) {
        int j = rows.column(e);
        double bound = Math.min(rowBound, HOLDING * columnSums.get(problem, j));
        if (rows.value(e) >= bound && root(i) != root(m + j)) {
          parent[root(i)] = root(m + j);
          parts--;
        }
      }
    }
    return parts <= 1;
  }

  private void apart() {
    for (int v = 0; v < m + n; v++) {
      parent[v] = v;
    }
  }

  private double entry(int j) {
    return reader.segment.get(Layouts.F64, reader.at + 8L * j);
  }

  /** First column from here on whose entry is large for its row or for its column. */
  private int next(HostBuffer columns, int problem, double rowBound, double share, int from) {
    return kernels.nextAtLeast(
        reader.segment, reader.at, rowBound, columns.segment, columns.at(problem), share, from, n);
  }

  /** Entries that count in all, as some rows by themselves would have it. */
  private double sampled(MatrixSource plan, HostBuffer rowSums, int problem, double share) {
    kernels.fill(
        Double.POSITIVE_INFINITY, columnTop.segment, columnTop.at(problem), n); // rows alone
    int stride = Math.max(1, m / SAMPLE);
    int seen = 0;
    double count = 0;
    for (int i = stride / 2; i < m; i += stride) {
      reader.read(plan, problem, i);
      double rowBound = share * rowSums.get(problem, i);
      seen++;
      for (int j = next(columnTop, problem, rowBound, share, 0); j < n; ) {
        count++;
        j = next(columnTop, problem, rowBound, share, j + 1);
      }
    }
    return count / seen * m;
  }

  /** Largest entries of rows and columns. */
  private void tops(MatrixSource plan, int problem) {
    long top = columnTop.at(problem);
    kernels.fill(0, columnTop.segment, top, n);
    for (int i = 0; i < m; i++) {
      reader.read(plan, problem, i);
      kernels.bound(
          reader.segment,
          reader.at,
          0,
          columnLow.segment,
          columnLow.at(problem),
          columnTop.segment,
          top,
          n);
      rowTop.set(problem, i, kernels.maxAbsFinite(reader.segment, reader.at, 0, n));
    }
  }

  /** The same of collected entries. */
  private void tops(SparseRows rows, int problem) {
    kernels.fill(0, columnTop.segment, columnTop.at(problem), n);
    for (int i = 0; i < m; i++) {
      double top = 0;
      for (int e = rows.start(i); e < rows.start(i + 1); e++) {
        int j = rows.column(e);
        double w = rows.value(e);
        top = Math.max(top, w);
        columnTop.set(problem, j, Math.max(columnTop.get(problem, j), w));
      }
      rowTop.set(problem, i, top);
    }
  }

  @Override
  public void product(Buffer rowSums, Buffer v, Buffer out, Buffer active) {
    for (int problem = 0; problem < session.batch(); problem++) {
      SparseRows rows = entries[problem];
      if (rows != null && isOn(active, problem)) {
        rows.product(HostBuffer.of(rowSums), HostBuffer.of(v), HostBuffer.of(out), problem);
      }
    }
  }

  @Override
  public void build(MatrixSource plan, Buffer rhs, Buffer kept, Buffer active) {
    for (int problem = 0; problem < session.batch(); problem++) {
      if (isOn(active, problem)) {
        SparseElimination factor = factors[problem];
        if (factor == null) {
          factor = new SparseElimination(m + n, EXACT_DEGREE);
          factors[problem] = factor;
        }
        HostBuffer count = HostBuffer.of(kept);
        long limit = (long) Math.min(count.get(problem, 0), (double) MAX_KEPT * Math.max(m, n));
        count.set(problem, 0, build(plan, HostBuffer.of(rhs), problem, factor, limit));
      }
    }
  }

  private double build(
      MatrixSource plan, HostBuffer rhs, int problem, SparseElimination factor, long limit) {
    factor.clear();
    apart();
    SparseRows rows = entries[problem];
    long kept =
        sparse[problem] && rows != null
            ? keepFrom(rows, problem, factor, limit)
            : keepFrom(plan, problem, factor, limit);
    if (kept > limit) {
      return -1;
    }
    connectEntries(problem, factor);
    if (!exactly[problem]) {
      connect(plan, problem, factor, NEGLIGIBLE);
    }
    if (exactly[problem] || !balanced(rhs, problem)) {
      connect(plan, problem, factor, 0);
    }
    factor.factorise();
    return kept;
  }

  private long keepFrom(SparseRows rows, int problem, SparseElimination factor, long limit) {
    tops(rows, problem);
    long kept = 0;
    for (int i = 0; i < m && kept <= limit; i++) {
      double rowBound = THRESHOLD * rowTop.get(problem, i);
      for (int e = rows.start(i); e < rows.start(i + 1); e++) {
        int j = rows.column(e);
        double w = rows.value(e);
        if (w >= Math.min(rowBound, THRESHOLD * columnTop.get(problem, j))) {
          keep(i, j, w, factor);
          kept++;
        }
      }
    }
    return kept;
  }

  private long keepFrom(MatrixSource plan, int problem, SparseElimination factor, long limit) {
    tops(plan, problem);
    long kept = 0;
    for (int i = 0; i < m && kept <= limit; i++) {
      reader.read(plan, problem, i);
      double rowBound = THRESHOLD * rowTop.get(problem, i);
      int j = next(columnTop, problem, rowBound, THRESHOLD, 0);
      while (j < n && kept <= limit) {
        keep(i, j, entry(j), factor);
        kept++;
        j = next(columnTop, problem, rowBound, THRESHOLD, j + 1);
      }
    }
    return kept;
  }

  private void keep(int i, int j, double w, SparseElimination factor) {
    factor.add(i, m + j, w);
    parent[root(i)] = root(m + j);
  }

  private int root(int vertex) {
    int v = vertex;
    while (parent[v] != v) {
      parent[v] = parent[parent[v]];
      v = parent[v];
    }
    return v;
  }

  /** Borůvka's rounds over the collected entries, where there are any. */
  private void connectEntries(int problem, SparseElimination factor) {
    SparseRows rows = entries[problem];
    boolean more = sparse[problem] && rows != null && settle() > 1;
    while (more && rows != null) {
      Arrays.fill(best, 0);
      for (int i = 0; i < m; i++) {
        for (int e = rows.start(i); e < rows.start(i + 1); e++) {
          offer(i, rows.column(e), rows.value(e));
        }
      }
      more = join(factor) && settle() > 1;
    }
  }

  /** Whether every component's right-hand side sums to no more than the rounding of its mass. */
  private boolean balanced(HostBuffer rhs, int problem) {
    settle();
    Arrays.fill(best, 0);
    Arrays.fill(work, 0);
    for (int i = 0; i < m; i++) {
      best[parent[i]] += rowTop.get(problem, i);
    }
    for (int j = 0; j < n; j++) {
      work[parent[m + j]] += rhs.get(problem, j);
    }
    for (int c = 0; c < m + n; c++) {
      if (Math.abs(work[c]) > ROUNDING * best[c]) {
        return false;
      }
    }
    return true;
  }

  /** Makes every vertex know its component; returns how many there are. */
  private int settle() {
    int components = 0;
    for (int v = 0; v < m + n; v++) {
      parent[v] = root(v);
      components += parent[v] == v ? 1 : 0;
    }
    return components;
  }

  /**
   * Borůvka's rounds over the edges of at least this share of the largest of their row or column:
   * every component takes its heaviest edge to another, until all is one or nothing reaches
   * further.
   */
  private void connect(MatrixSource plan, int problem, SparseElimination factor, double share) {
    boolean more = settle() > 1;
    while (more) {
      Arrays.fill(best, 0);
      for (int i = 0; i < m; i++) {
        reader.read(plan, problem, i);
        double rowBound = share * rowTop.get(problem, i);
        int j = next(columnTop, problem, rowBound, share, 0);
        while (j < n) {
          offer(i, j, entry(j));
          j = next(columnTop, problem, rowBound, share, j + 1);
        }
      }
      more = join(factor) && settle() > 1;
    }
  }

  /** An edge that its two components may take. */
  private void offer(int i, int j, double w) {
    int own = parent[i];
    int other = parent[m + j];
    if (own != other) {
      if (w > best[own]) {
        take(own, i, j, w);
      }
      if (w > best[other]) {
        take(other, i, j, w);
      }
    }
  }

  private boolean join(SparseElimination factor) {
    boolean joined = false;
    for (int c = 0; c < m + n; c++) {
      if (best[c] > 0 && root(bestRow[c]) != root(m + bestColumn[c])) {
        keep(bestRow[c], bestColumn[c], best[c], factor);
        joined = true;
      }
    }
    return joined;
  }

  private void take(int component, int i, int j, double w) {
    best[component] = w;
    bestRow[component] = i;
    bestColumn[component] = j;
  }

  @Override
  public void apply(Buffer r, Buffer z, Buffer active) {
    HostBuffer from = HostBuffer.of(r);
    HostBuffer to = HostBuffer.of(z);
    for (int problem = 0; problem < session.batch(); problem++) {
      SparseElimination factor = factors[problem];
      if (factor != null && isOn(active, problem)) {
        Arrays.fill(work, 0, m, 0);
        for (int j = 0; j < n; j++) {
          work[m + j] = from.get(problem, j);
        }
        factor.solve(work);
        for (int j = 0; j < n; j++) {
          to.set(problem, j, work[m + j]);
        }
      }
    }
  }

  @Override
  public long fill(int problem) {
    SparseElimination factor = factors[problem];
    return factor == null ? 0 : factor.entries();
  }
}
