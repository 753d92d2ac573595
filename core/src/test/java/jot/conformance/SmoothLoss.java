package jot.conformance;

import java.util.Random;

/** A random smooth loss ℓ(P) of a plan whose entries are of this scale, with its gradient. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SmoothLoss(int kind, double[][] w, double scale) {

  static SmoothLoss random(Random random, int m, int n, double scale) {
    return new SmoothLoss(random.nextInt(3), Matrices.gaussian(random, m, n), scale);
  }

  double value(double[][] plan) {
    return switch (kind) {
      case 0 -> Matrices.inner(w, plan);
      case 1 -> Matrices.inner(w, Matrices.map(plan, p -> p * p / (2 * scale)));
      default -> Matrices.inner(w, Matrices.map(plan, p -> scale * Math.sin(p / scale + 0.3)));
    };
  }

  double[][] gradient(double[][] plan) {
    return switch (kind) {
      case 0 -> w;
      case 1 -> Matrices.times(w, Matrices.map(plan, p -> p / scale));
      default -> Matrices.times(w, Matrices.map(plan, p -> Math.cos(p / scale + 0.3)));
    };
  }
}
