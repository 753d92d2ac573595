package jot.conformance;

import static jot.conformance.DoubleDouble.ONE;
import static jot.conformance.DoubleDouble.ZERO;

import java.util.Arrays;

/**
 * The oracle's forward solve: Newton's method on the semi-dual in 106-bit arithmetic, with ε taken
 * down by factors of four, and an elimination in which each pivot is the sum of its remaining
 * weights (Grassmann, Taksar and Heyman 1985), so that nothing cancels near a permutation.
 */
final class OracleNewton {

  private static final int MAX_STEPS = 400;
  private static final double FULL = 1e-29;

  private final double[][] cost;
  private final DoubleDouble[] a;
  private final DoubleDouble[] b;
  private final double epsilon;
  private final int m;
  private final int n;

  /** Column potentials in units of the present ε. */
  private DoubleDouble[] u;

  // What the last call of rows() left.
  private DoubleDouble[] logRow;
  private DoubleDouble[][] plan;
  private DoubleDouble[] columns;
  private DoubleDouble dual;

  OracleNewton(double[][] cost, DoubleDouble[] a, DoubleDouble[] b, double epsilon) {
    this.cost = cost;
    this.a = a;
    this.epsilon = epsilon;
    m = a.length;
    n = b.length;
    DoubleDouble scale = DoubleDouble.sum(a).dividedBy(DoubleDouble.sum(b));
    this.b = new DoubleDouble[n];
    for (int j = 0; j < n; j++) {
      this.b[j] = b[j].times(scale);
    }
    u = new DoubleDouble[n];
    Arrays.fill(u, ZERO);
  }

  void run() {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] row : cost) {
      for (double c : row) {
        low = Math.min(low, c);
        high = c < Double.POSITIVE_INFINITY ? Math.max(high, c) : high;
      }
    }
    double e = Math.max(epsilon, (high - low) / 4);
    while (true) {
      converge(e, e == epsilon ? FULL : 3e-2);
      if (e == epsilon) {
        return;
      }
      double next = Math.max(epsilon, e / 4);
      for (int j = 0; j < n; j++) {
        u[j] = u[j].times(e).dividedBy(next);
      }
      e = next;
    }
  }

  DoubleDouble[] f() {
    DoubleDouble[] f = new DoubleDouble[m];
    for (int i = 0; i < m; i++) {
      f[i] = logRow[i].times(epsilon);
    }
    return f;
  }

  DoubleDouble[] g() {
    DoubleDouble[] g = new DoubleDouble[n];
    for (int j = 0; j < n; j++) {
      g[j] = u[j].times(epsilon);
    }
    return g;
  }

  private void converge(double e, double tolerance) {
    double mass = DoubleDouble.sum(a).value();
    rows(u, e);
    double best = Double.POSITIVE_INFINITY;
    int stalled = 0;
    for (int step = 0; step < MAX_STEPS; step++) {
      DoubleDouble[] r = new DoubleDouble[n];
      double residual = 0;
      for (int j = 0; j < n; j++) {
        r[j] = b[j].minus(columns[j]);
        residual += Math.abs(r[j].value());
      }
      stalled = residual < best / 2 ? 0 : stalled + 1;
      best = Math.min(best, residual);
      if (residual <= tolerance * mass || (residual < 1e-25 * mass && stalled > 2)) {
        return;
      }
      newtonStep(r, e, step);
    }
    throw new AssertionError("the oracle did not converge: residual " + best);
  }

  private void newtonStep(DoubleDouble[] r, double e, int step) {
    DoubleDouble[] d = laplacianSolve(weights(plan, a), r);
    double slope = 0;
    double longest = 0;
    for (int j = 0; j < n; j++) {
      slope += r[j].value() * d[j].value();
      longest = Math.max(longest, Math.abs(d[j].value()));
    }
    double t = longest > 20 ? 20 / longest : 1;
    DoubleDouble[] from = u;
    DoubleDouble before = dual;
    for (int k = 0; k < 14; k++) {
      u = new DoubleDouble[n];
      for (int j = 0; j < n; j++) {
        u[j] = from[j].plus(d[j].times(t));
      }
      rows(u, e);
      double gain = dual.minus(before).value();
      if (gain >= 1e-4 * t * slope - 1e-29 * Math.abs(before.value())) {
        break;
      }
      t *= 0.4;
    }
    if (step % 2 == 1 && longest > 1e-3) { // one Sinkhorn update helps where Newton is not yet fast
      for (int j = 0; j < n; j++) {
        if (columns[j].hi() > 0 && b[j].hi() > 0) {
          u[j] = u[j].plus(b[j].dividedBy(columns[j]).log());
        }
      }
      rows(u, e);
    }
  }

  /** f in closed form, the plan, its column sums and the dual value, in units of e. */
  private void rows(DoubleDouble[] v, double e) {
    logRow = new DoubleDouble[m];
    plan = new DoubleDouble[m][n];
    columns = new DoubleDouble[n];
    Arrays.fill(columns, ZERO);
    dual = ZERO;
    for (int i = 0; i < m; i++) {
      Arrays.fill(plan[i], ZERO);
      logRow[i] = ZERO;
      if (a[i].hi() > 0) {
        row(i, v, e);
      }
    }
    for (int j = 0; j < n; j++) {
      dual = dual.plus(b[j].times(v[j]));
    }
  }

  private void row(int i, DoubleDouble[] v, double e) {
    DoubleDouble[] slack = new DoubleDouble[n];
    double top = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      if (b[j].hi() > 0 && cost[i][j] < Double.POSITIVE_INFINITY) {
        slack[j] = v[j].minus(DoubleDouble.of(cost[i][j]).dividedBy(e));
        top = Math.max(top, slack[j].hi());
      }
    }
    DoubleDouble sum = ZERO;
    for (int j = 0; j < n; j++) {
      if (slack[j] != null) {
        plan[i][j] = slack[j].minus(top).exp();
        sum = sum.plus(plan[i][j]);
      }
    }
    DoubleDouble factor = a[i].dividedBy(sum);
    for (int j = 0; j < n; j++) {
      plan[i][j] = plan[i][j].times(factor);
      columns[j] = columns[j].plus(plan[i][j]);
    }
    logRow[i] = a[i].log().minus(sum.log()).minus(top);
    dual = dual.plus(a[i].times(logRow[i]));
  }

  /**
   * Off-diagonal weights w_jk = Σ_i P_ij P_ik / r_i of the marginal system with its rows
   * eliminated.
   */
  static DoubleDouble[][] weights(DoubleDouble[][] plan, DoubleDouble[] rowSums) {
    int n = plan[0].length;
    DoubleDouble[][] w = new DoubleDouble[n][n];
    for (DoubleDouble[] row : w) {
      Arrays.fill(row, ZERO);
    }
    for (int i = 0; i < plan.length; i++) {
      if (rowSums[i].hi() > 0) {
        DoubleDouble inverse = ONE.dividedBy(rowSums[i]);
        for (int j = 0; j < n; j++) {
          DoubleDouble q = plan[i][j].times(inverse);
          for (int k = j + 1; !q.isZero() && k < n; k++) {
            w[j][k] = w[j][k].plus(q.times(plan[i][k]));
          }
        }
      }
    }
    return w;
  }

  /**
   * A solution of the Laplacian system with these weights above the diagonal, which are consumed.
   */
  static DoubleDouble[] laplacianSolve(DoubleDouble[][] w, DoubleDouble[] rhs) {
    int n = rhs.length;
    DoubleDouble[] r = rhs.clone();
    DoubleDouble[] pivot = new DoubleDouble[n];
    for (int k = 0; k < n; k++) {
      pivot[k] = ZERO;
      for (int j = k + 1; j < n; j++) {
        pivot[k] = pivot[k].plus(w[k][j]);
      }
      for (int j = k + 1; !pivot[k].isZero() && j < n; j++) {
        DoubleDouble q = w[k][j].dividedBy(pivot[k]);
        r[j] = r[j].plus(q.times(r[k]));
        for (int l = j + 1; l < n; l++) {
          w[j][l] = w[j][l].plus(q.times(w[k][l]));
        }
      }
    }
    DoubleDouble[] y = new DoubleDouble[n];
    for (int k = n - 1; k >= 0; k--) {
      y[k] = ZERO;
      if (!pivot[k].isZero()) {
        DoubleDouble s = r[k];
        for (int j = k + 1; j < n; j++) {
          s = s.plus(w[k][j].times(y[j]));
        }
        y[k] = s.dividedBy(pivot[k]);
      }
    }
    return y;
  }
}
