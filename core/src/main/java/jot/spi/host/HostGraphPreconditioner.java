package jot.spi.host;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.GraphPreconditioner;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/**
 * {@link GraphPreconditioner} on the CPU: edges picked from the stored plan in row order, a
 * spanning forest by Borůvka's rounds over the whole plan, {@link SparseElimination} of both. The
 * work is on the caller's thread and in memory that is kept; problems of a batch share nothing.
 */
final class HostGraphPreconditioner implements GraphPreconditioner {
  /** θ: entries below this fraction of both their row's and column's largest are left out. */
  private static final double THRESHOLD = 1e-2;

  /** Neighbours up to which a vertex is eliminated exactly. */
  private static final int EXACT_DEGREE = 8;

  /** Kept edges a vertex above which plain conjugate gradients are short anyway. */
  private static final int MAX_KEPT = 48;

  private final HostSession session;
  private final int m;
  private final int n;
  private final @Nullable SparseElimination[] factors;
  private final double[] rowTop;
  private final double[] columnTop;
  private final int[] parent;
  private final double[] best;
  private final int[] bestRow;
  private final int[] bestColumn;
  private final double[] work;

  HostGraphPreconditioner(HostSession session) {
    this.session = session;
    m = session.rows();
    n = session.columns();
    factors = new SparseElimination[session.batch()];
    rowTop = new double[m];
    columnTop = new double[n];
    parent = new int[m + n];
    best = new double[m + n];
    bestRow = new int[m + n];
    bestColumn = new int[m + n];
    work = new double[m + n];
  }

  @Override
  public void build(MatrixSource.Stored plan, Buffer kept, Buffer active) {
    HostBuffer values = HostBuffer.of(plan.values());
    for (int problem = 0; problem < session.batch(); problem++) {
      if (HostBuffer.of(active).get(problem, 0) != 0) {
        SparseElimination factor = factors[problem];
        if (factor == null) {
          factor = new SparseElimination(m + n, EXACT_DEGREE);
          factors[problem] = factor;
        }
        HostBuffer count = HostBuffer.of(kept);
        long limit = (long) Math.min(count.get(problem, 0), (double) MAX_KEPT * Math.max(m, n));
        count.set(problem, 0, build(values, problem, factor, limit));
      }
    }
  }

  private double build(HostBuffer plan, int problem, SparseElimination factor, long limit) {
    MemorySegment p = plan.segment;
    tops(p, plan, problem);
    factor.clear();
    for (int v = 0; v < m + n; v++) {
      parent[v] = v;
    }
    long kept = 0;
    for (int i = 0; i < m; i++) {
      long at = plan.at(problem, i);
      double rowBound = THRESHOLD * rowTop[i];
      for (int j = 0; j < n; j++) {
        double w = p.get(Layouts.F64, at + 8L * j);
        if (w > 0 && (w >= rowBound || w >= THRESHOLD * columnTop[j])) {
          kept++;
          if (kept > limit) {
            return -1;
          }
          factor.add(i, m + j, w);
          parent[root(i)] = root(m + j);
        }
      }
    }
    while (connect(p, plan, problem, factor)) {
      kept++;
    }
    factor.factorise();
    return kept;
  }

  private void tops(MemorySegment p, HostBuffer plan, int problem) {
    Arrays.fill(columnTop, 0);
    for (int i = 0; i < m; i++) {
      long at = plan.at(problem, i);
      double top = 0;
      for (int j = 0; j < n; j++) {
        double w = p.get(Layouts.F64, at + 8L * j);
        if (w > top) {
          top = w;
        }
        if (w > columnTop[j]) {
          columnTop[j] = w;
        }
      }
      rowTop[i] = top;
    }
  }

  private int root(int vertex) {
    int v = vertex;
    while (parent[v] != v) {
      parent[v] = parent[parent[v]];
      v = parent[v];
    }
    return v;
  }

  /** One round: every component takes its heaviest edge to another; false when none has any. */
  private boolean connect(MemorySegment p, HostBuffer plan, int problem, SparseElimination factor) {
    int components = 0;
    for (int v = 0; v < m + n; v++) {
      parent[v] = root(v);
      components += parent[v] == v ? 1 : 0;
    }
    if (components == 1) {
      return false;
    }
    Arrays.fill(best, 0);
    for (int i = 0; i < m; i++) {
      long at = plan.at(problem, i);
      int own = parent[i];
      for (int j = 0; j < n; j++) {
        int other = parent[m + j];
        if (own != other) {
          double w = p.get(Layouts.F64, at + 8L * j);
          if (w > best[own]) {
            take(own, i, j, w);
          }
          if (w > best[other]) {
            take(other, i, j, w);
          }
        }
      }
    }
    boolean joined = false;
    for (int c = 0; c < m + n; c++) {
      if (best[c] > 0 && root(bestRow[c]) != root(m + bestColumn[c])) {
        parent[root(bestRow[c])] = root(m + bestColumn[c]);
        factor.add(bestRow[c], m + bestColumn[c], best[c]);
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
      if (factor != null && HostBuffer.of(active).get(problem, 0) != 0) {
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
}
