package jot.conformance;

import static jot.conformance.DoubleDouble.ZERO;

import java.util.Arrays;

/**
 * The plan of given potentials and its exact backward in 106-bit arithmetic: what every backend is
 * compared with. Small problems only; the formulas are those of MATH.md 1 and 2 ([E] Algorithm 1).
 *
 * <p>The plan is the exact solution for its own marginals, and {@link #backward} is the gradient at
 * those. Where a row or column has no mass its potential is −∞ and its one-sided derivative is
 * given.
 */
final class Oracle {

  private final double[][] cost;
  private final double epsilon;
  private final DoubleDouble[] f;
  private final DoubleDouble[] g;
  private final boolean[] rowMass;
  private final boolean[] columnMass;
  private final DoubleDouble[][] plan;

  /** Gradients of a loss, x and y centred over the entries with mass. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Backward(
      DoubleDouble[][] cost,
      DoubleDouble[] a,
      DoubleDouble[] b,
      DoubleDouble mass,
      DoubleDouble epsilon) {

    double[][] costValues() {
      return DoubleDouble.values(cost);
    }

    double[] aValues() {
      return DoubleDouble.values(a);
    }

    double[] bValues() {
      return DoubleDouble.values(b);
    }
  }

  private Oracle(
      double[][] cost,
      double epsilon,
      DoubleDouble[] f,
      DoubleDouble[] g,
      boolean[] rowMass,
      boolean[] columnMass) {
    this.cost = cost;
    this.epsilon = epsilon;
    this.f = f;
    this.g = g;
    this.rowMass = rowMass;
    this.columnMass = columnMass;
    plan = new DoubleDouble[f.length][g.length];
    for (int i = 0; i < f.length; i++) {
      for (int j = 0; j < g.length; j++) {
        plan[i][j] = allowed(i, j) ? exponent(i, j).exp() : ZERO;
      }
    }
  }

  /** The plan that given potentials mean; −∞ marks a row or column without mass. */
  static Oracle at(double[][] cost, double[] f, double[] g, double epsilon) {
    DoubleDouble[] rows = new DoubleDouble[f.length];
    DoubleDouble[] columns = new DoubleDouble[g.length];
    boolean[] rowMass = new boolean[f.length];
    boolean[] columnMass = new boolean[g.length];
    for (int i = 0; i < f.length; i++) {
      rowMass[i] = f[i] > Double.NEGATIVE_INFINITY;
      rows[i] = rowMass[i] ? DoubleDouble.of(f[i]) : ZERO;
    }
    for (int j = 0; j < g.length; j++) {
      columnMass[j] = g[j] > Double.NEGATIVE_INFINITY;
      columns[j] = columnMass[j] ? DoubleDouble.of(g[j]) : ZERO;
    }
    return new Oracle(cost, epsilon, rows, columns, rowMass, columnMass);
  }

  /** The plan of potentials in double-double; every row and column has mass. */
  static Oracle at(double[][] cost, DoubleDouble[] f, DoubleDouble[] g, double epsilon) {
    boolean[] rowMass = new boolean[f.length];
    boolean[] columnMass = new boolean[g.length];
    Arrays.fill(rowMass, true);
    Arrays.fill(columnMass, true);
    return new Oracle(cost, epsilon, f, g, rowMass, columnMass);
  }

  /**
   * Solves to full convergence; b is scaled to the sum of a, from which it may differ by rounding.
   */
  static Oracle solve(double[][] cost, double[] a, double[] b, double epsilon) {
    return solve(cost, exact(a), exact(b), epsilon);
  }

  /** As {@link #solve(double[][], double[], double[], double)}, with marginals of 106 bits. */
  static Oracle solve(double[][] cost, DoubleDouble[] a, DoubleDouble[] b, double epsilon) {
    OracleNewton newton = new OracleNewton(cost, a, b, epsilon);
    newton.run();
    boolean[] rowMass = new boolean[a.length];
    boolean[] columnMass = new boolean[b.length];
    for (int i = 0; i < a.length; i++) {
      rowMass[i] = a[i].hi() > 0;
    }
    for (int j = 0; j < b.length; j++) {
      columnMass[j] = b[j].hi() > 0;
    }
    return new Oracle(cost, epsilon, newton.f(), newton.g(), rowMass, columnMass);
  }

  static DoubleDouble[] exact(double[] x) {
    DoubleDouble[] d = new DoubleDouble[x.length];
    for (int i = 0; i < x.length; i++) {
      d[i] = DoubleDouble.of(x[i]);
    }
    return d;
  }

  private boolean allowed(int i, int j) {
    return rowMass[i] && columnMass[j] && cost[i][j] < Double.POSITIVE_INFINITY;
  }

  /** log P_ij. */
  private DoubleDouble exponent(int i, int j) {
    return f[i].plus(g[j]).minus(cost[i][j]).dividedBy(epsilon);
  }

  DoubleDouble[][] exactPlan() {
    return plan;
  }

  double[][] plan() {
    return DoubleDouble.values(plan);
  }

  double[] f() {
    return potentials(f, rowMass);
  }

  double[] g() {
    return potentials(g, columnMass);
  }

  private static double[] potentials(DoubleDouble[] p, boolean[] mass) {
    double[] v = DoubleDouble.values(p);
    for (int i = 0; i < v.length; i++) {
      v[i] = mass[i] ? v[i] : Double.NEGATIVE_INFINITY;
    }
    return v;
  }

  DoubleDouble[] rowSums() {
    DoubleDouble[] s = new DoubleDouble[f.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = DoubleDouble.sum(plan[i]);
    }
    return s;
  }

  DoubleDouble[] columnSums() {
    DoubleDouble[] s = new DoubleDouble[g.length];
    for (int j = 0; j < s.length; j++) {
      s[j] = ZERO;
      for (DoubleDouble[] row : plan) {
        s[j] = s[j].plus(row[j]);
      }
    }
    return s;
  }

  /** Sharp value ⟨P,C⟩. */
  DoubleDouble sharp() {
    DoubleDouble s = ZERO;
    for (int i = 0; i < f.length; i++) {
      for (int j = 0; j < g.length; j++) {
        if (!plan[i][j].isZero()) {
          s = s.plus(plan[i][j].times(cost[i][j]));
        }
      }
    }
    return s;
  }

  /** Entropic value ⟨P,C⟩ + ε Σ P (log P − 1). */
  DoubleDouble entropic() {
    DoubleDouble s = ZERO;
    for (int i = 0; i < f.length; i++) {
      for (int j = 0; j < g.length; j++) {
        if (!plan[i][j].isZero()) {
          s = s.plus(plan[i][j].times(exponent(i, j).minus(1)));
        }
      }
    }
    return sharp().plus(s.times(epsilon));
  }

  /** ⟨W,P⟩. */
  DoubleDouble inner(double[][] w) {
    DoubleDouble s = ZERO;
    for (int i = 0; i < f.length; i++) {
      for (int j = 0; j < g.length; j++) {
        s = s.plus(plan[i][j].times(w[i][j]));
      }
    }
    return s;
  }

  /** The exact gradient of a loss with ∂ℓ/∂P = G at (C, P1, Pᵀ1). */
  Backward backward(double[][] gradient) {
    int m = f.length;
    int n = g.length;
    int[] anchor = new int[m];
    DoubleDouble[] r = rowSums();
    DoubleDouble[] share = new DoubleDouble[m];
    DoubleDouble[] rhs = new DoubleDouble[n];
    Arrays.fill(rhs, ZERO);
    for (int i = 0; i < m; i++) {
      anchor[i] = largest(plan[i]);
      share[i] = ZERO;
      double level = gradient[i][anchor[i]];
      if (!rowMass[i]) {
        continue;
      }
      for (int j = 0; j < n; j++) {
        share[i] = share[i].plus(plan[i][j].times(DoubleDouble.sum(gradient[i][j], -level)));
      }
      share[i] = share[i].dividedBy(r[i]);
      for (int j = 0; j < n; j++) {
        DoubleDouble deviation = DoubleDouble.sum(gradient[i][j], -level).minus(share[i]);
        rhs[j] = rhs[j].plus(plan[i][j].times(deviation));
      }
    }
    DoubleDouble[] y = OracleNewton.laplacianSolve(OracleNewton.weights(plan, r), rhs);
    DoubleDouble[] x = new DoubleDouble[m];
    for (int i = 0; i < m; i++) {
      DoubleDouble s = ZERO;
      for (int j = 0; rowMass[i] && j < n; j++) {
        s = s.plus(plan[i][j].times(y[j]));
      }
      x[i] = rowMass[i] ? share[i].plus(gradient[i][anchor[i]]).minus(s.dividedBy(r[i])) : ZERO;
    }
    DoubleDouble[][] costGradient = new DoubleDouble[m][n];
    DoubleDouble epsilonGradient = ZERO;
    for (int i = 0; i < m; i++) {
      DoubleDouble rest = ZERO;
      for (int j = 0; j < n; j++) {
        DoubleDouble deviation = DoubleDouble.of(gradient[i][j]).minus(x[i]).minus(y[j]);
        costGradient[i][j] = plan[i][j].times(deviation).dividedBy(-epsilon);
        rest = j == anchor[i] ? rest : rest.minus(costGradient[i][j]);
      }
      costGradient[i][anchor[i]] = rest;
      for (int j = 0; j < n; j++) {
        if (!plan[i][j].isZero()) {
          epsilonGradient = epsilonGradient.plus(costGradient[i][j].times(exponent(i, j)));
        }
      }
    }
    oneSided(gradient, x, y);
    DoubleDouble meanX = centre(x, rowMass);
    DoubleDouble meanY = centre(y, columnMass);
    return new Backward(costGradient, x, y, meanX.plus(meanY), epsilonGradient);
  }

  /** Rows and columns without mass: x_i = Σ_j q_ij (G_ij − y_j), q the softmax of (g − C)/ε. */
  private void oneSided(double[][] gradient, DoubleDouble[] x, DoubleDouble[] y) {
    for (int i = 0; i < x.length; i++) {
      if (!rowMass[i]) {
        double[] potentials = g();
        double[] slack = new double[y.length];
        double[] value = new double[y.length];
        for (int j = 0; j < y.length; j++) {
          slack[j] = (potentials[j] - cost[i][j]) / epsilon;
          value[j] = DoubleDouble.of(gradient[i][j]).minus(y[j]).value();
        }
        x[i] = DoubleDouble.of(softMean(slack, value));
      }
    }
    for (int j = 0; j < y.length; j++) {
      if (!columnMass[j]) {
        double[] slack = new double[x.length];
        double[] value = new double[x.length];
        for (int i = 0; i < x.length; i++) {
          boolean counts = rowMass[i];
          slack[i] = counts ? (f[i].value() - cost[i][j]) / epsilon : Double.NEGATIVE_INFINITY;
          value[i] = counts ? DoubleDouble.of(gradient[i][j]).minus(x[i]).value() : 0;
        }
        y[j] = DoubleDouble.of(softMean(slack, value));
      }
    }
  }

  private static double softMean(double[] slack, double[] value) {
    double top = Arrays.stream(slack).max().orElseThrow();
    double sum = 0;
    double mean = 0;
    for (int k = 0; k < slack.length; k++) {
      double q = Math.exp(slack[k] - top);
      sum += q;
      mean += q == 0 ? 0 : q * value[k];
    }
    return mean / sum;
  }

  private static DoubleDouble centre(DoubleDouble[] x, boolean[] mass) {
    DoubleDouble sum = ZERO;
    int count = 0;
    for (int i = 0; i < x.length; i++) {
      if (mass[i]) {
        sum = sum.plus(x[i]);
        count++;
      }
    }
    DoubleDouble mean = sum.dividedBy(count);
    for (int i = 0; i < x.length; i++) {
      x[i] = x[i].minus(mean);
    }
    return mean;
  }

  private static int largest(DoubleDouble[] row) {
    int best = 0;
    for (int j = 1; j < row.length; j++) {
      if (row[j].hi() > row[best].hi()) {
        best = j;
      }
    }
    return best;
  }
}
