package jot.conformance;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** Small dense matrices on the heap: what the tests compute with. */
final class Matrices {

  private Matrices() {}

  interface Entry {
    double at(int i, int j);
  }

  static double[][] of(int m, int n, Entry entry) {
    double[][] x = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        x[i][j] = entry.at(i, j);
      }
    }
    return x;
  }

  static double[][] map(double[][] x, DoubleUnaryOperator function) {
    return of(x.length, x[0].length, (i, j) -> function.applyAsDouble(x[i][j]));
  }

  static double[][] gaussian(Random random, int m, int n) {
    return of(m, n, (i, j) -> random.nextGaussian());
  }

  static double[] gaussian(Random random, int n) {
    return gaussian(random, 1, n)[0];
  }

  static double[][] copy(double[][] x) {
    return map(x, v -> v);
  }

  static double[][] transpose(double[][] x) {
    return of(x[0].length, x.length, (i, j) -> x[j][i]);
  }

  /** x + s·y. */
  static double[][] plus(double[][] x, double s, double[][] y) {
    return of(x.length, x[0].length, (i, j) -> x[i][j] + s * y[i][j]);
  }

  /** x + s·y. */
  static double[] plus(double[] x, double s, double[] y) {
    return plus(new double[][] {x}, s, new double[][] {y})[0];
  }

  static double[][] times(double[][] x, double[][] y) {
    return of(x.length, x[0].length, (i, j) -> x[i][j] * y[i][j]);
  }

  static double[][] outer(double[] x, double[] y) {
    return of(x.length, y.length, (i, j) -> x[i] * y[j]);
  }

  static double sum(double[] x) {
    double s = 0;
    for (double v : x) {
      s += v;
    }
    return s;
  }

  static double[] rowSums(double[][] x) {
    double[] s = new double[x.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = sum(x[i]);
    }
    return s;
  }

  static double[] columnSums(double[][] x) {
    return rowSums(transpose(x));
  }

  /** ⟨x,y⟩ over the entries with x ≠ 0. */
  static double inner(double[][] x, double[][] y) {
    double s = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        s += x[i][j] == 0 ? 0 : x[i][j] * y[i][j];
      }
    }
    return s;
  }

  static double inner(double[] x, double[] y) {
    return inner(new double[][] {x}, new double[][] {y});
  }

  static double maxAbs(double[][] x) {
    double max = 0;
    for (double[] row : x) {
      max = Math.max(max, maxAbs(row));
    }
    return max;
  }

  static double maxAbs(double[] x) {
    double max = 0;
    for (double v : x) {
      max = Math.max(max, Math.abs(v)); // NaN stays
    }
    return max;
  }

  static double maxDifference(double[][] x, double[][] y) {
    return maxAbs(plus(x, -1, y));
  }

  static double maxDifference(double[] x, double[] y) {
    return maxAbs(plus(x, -1, y));
  }

  static double[] flat(double[][] x) {
    int n = x[0].length;
    double[] v = new double[x.length * n];
    for (int k = 0; k < v.length; k++) {
      v[k] = x[k / n][k % n];
    }
    return v;
  }

  static double[] centred(double[] x) {
    double mean = sum(x) / x.length;
    return plus(x, -mean, filled(x.length, 1));
  }

  /** x less the means of its rows and columns. */
  static double[][] doublyCentred(double[][] x) {
    double[] r = rowSums(x);
    double[] s = columnSums(x);
    int m = r.length;
    int n = s.length;
    double mean = sum(r) / m / n;
    return of(m, n, (i, j) -> x[i][j] - r[i] / n - s[j] / m + mean);
  }

  static double[] filled(int n, double value) {
    double[] v = new double[n];
    Arrays.fill(v, value);
    return v;
  }

  /** A random order of 0 … n−1. */
  static int[] permutation(Random random, int n) {
    int[] p = new int[n];
    for (int i = 0; i < n; i++) {
      int k = random.nextInt(i + 1);
      p[i] = p[k];
      p[k] = i;
    }
    return p;
  }

  /** Σ|x − y|; NaN stays. */
  static double sumOfDifferences(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += Math.abs(x[i] - y[i]);
    }
    return sum;
  }
}
