package jot.conformance;

import java.util.Arrays;
import java.util.Random;

/** Generators of seeded random problems. */
final class Problems {

  private Problems() {}

  /** One problem on the heap. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(double[][] cost, double[] a, double[] b, double epsilon) {

    int rows() {
      return a.length;
    }

    int columns() {
      return b.length;
    }

    Case withCost(double[][] c) {
      return new Case(c, a, b, epsilon);
    }

    Case withWeights(double[] rows, double[] columns) {
      return new Case(cost, rows, columns, epsilon);
    }

    Case withEpsilon(double e) {
      return new Case(cost, a, b, e);
    }
  }

  /** A cost of one of three kinds, random weights of mass 1, ε relative to the reduced range. */
  static Case random(Random random, int m, int n, double relativeEpsilon) {
    double[][] cost =
        switch (random.nextInt(3)) {
          case 0 -> Matrices.of(m, n, (i, j) -> random.nextDouble());
          case 1 -> squaredDistances(points(random, m, 2), points(random, n, 2));
          default -> shifted(random, Matrices.of(m, n, (i, j) -> random.nextDouble()), 3);
        };
    double[][] weights = weights(random, m, n, 1);
    return new Case(cost, weights[0], weights[1], relativeEpsilon * range(cost));
  }

  static double[][] points(Random random, int n, int dimensions) {
    return Matrices.of(n, dimensions, (i, j) -> random.nextDouble());
  }

  static double[][] squaredDistances(double[][] x, double[][] y) {
    return Matrices.of(
        x.length,
        y.length,
        (i, j) -> {
          double s = 0;
          for (int k = 0; k < x[i].length; k++) {
            s += (x[i][k] - y[j][k]) * (x[i][k] - y[j][k]);
          }
          return s;
        });
  }

  /** c + r1ᵀ + 1sᵀ with random r, s of this size. */
  static double[][] shifted(Random random, double[][] c, double size) {
    double[] r = Matrices.gaussian(random, c.length);
    double[] s = Matrices.gaussian(random, c[0].length);
    return Matrices.of(c.length, c[0].length, (i, j) -> c[i][j] + size * (r[i] + s[j]));
  }

  /** Positive weights of m rows and n columns within a factor of ten, both of this mass. */
  static double[][] weights(Random random, int m, int n, double mass) {
    double[] a = new double[m];
    double[] b = new double[n];
    for (int i = 0; i < m; i++) {
      a[i] = random.nextDouble(0.1, 1);
    }
    for (int j = 0; j < n; j++) {
      b[j] = random.nextDouble(0.1, 1);
    }
    return new double[][] {normalised(a, mass), normalised(b, mass)};
  }

  static double[] normalised(double[] x, double mass) {
    double factor = mass / Matrices.sum(x);
    double[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] *= factor;
    }
    return y;
  }

  static double[] uniform(int n) {
    return Matrices.filled(n, 1.0 / n);
  }

  /** Largest entry of the cost less its row minima and then its column minima; 1 if that is 0. */
  static double range(double[][] cost) {
    double[][] c = Matrices.transpose(lessRowMinima(cost));
    double range = Matrices.maxAbs(lessRowMinima(c));
    return range > 1e-12 * Math.max(1, Matrices.maxAbs(cost)) ? range : 1;
  }

  private static double[][] lessRowMinima(double[][] c) {
    return Matrices.of(
        c.length, c[0].length, (i, j) -> c[i][j] - Arrays.stream(c[i]).min().orElseThrow());
  }
}
