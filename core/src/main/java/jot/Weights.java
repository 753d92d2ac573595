package jot;

import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Copies and checks the weights of a batch: non-negative, and the sums of both sides agree. */
final class Weights {
  /** Relative difference of the sums that counts as rounding of weights stored as F64, or F32. */
  private static final double F64_TOLERANCE = 1e-8;

  private static final double F32_TOLERANCE = 1e-5;

  private Weights() {}

  /**
   * Fills the host's copies, b rescaled to the mass of a where they differ by rounding.
   *
   * @param toA (batch, 1, m)
   * @param toB (batch, 1, n)
   */
  static void load(@Nullable Tensor a, @Nullable Tensor b, Tensor toA, Tensor toB) {
    int batch = toA.batch();
    int m = toA.cols();
    int n = toB.cols();
    if (a != null) {
      Checks.vector("a", a, batch, m);
    }
    if (b != null) {
      Checks.vector("b", b, batch, n);
    }
    double tolerance = tolerance(a, b);
    for (int problem = 0; problem < batch; problem++) {
      double massA = copy("a", a, toA, problem);
      double massB = copy("b", b, toB, problem);
      if (a == null && b != null) {
        massA = spread(toA, problem, massB);
      } else if (b == null && a != null) {
        massB = spread(toB, problem, massA);
      }
      requireEqual(massA, massB, tolerance, problem);
      if (differ(massA, massB, m + n)) {
        for (long j = 0; j < n; j++) {
          toB.setFlat(problem * (long) n + j, toB.getFlat(problem * (long) n + j) * massA / massB);
        }
      }
    }
  }

  /** How far the sums may be apart, relative. */
  static double tolerance(@Nullable Tensor a, @Nullable Tensor b) {
    return isSingle(a) || isSingle(b) ? F32_TOLERANCE : F64_TOLERANCE;
  }

  /** Refuses sums that differ by more than rounding of the weights. */
  static void requireEqual(double massA, double massB, double tolerance, int problem) {
    double difference = Math.abs(massA - massB);
    if (!(difference <= tolerance * Math.max(massA, massB))) {
      throw Checks.bad(
          "a and b: expected equal sums up to "
              + tolerance
              + " relative, received "
              + massA
              + " and "
              + massB
              + " (difference "
              + difference
              + ") in problem "
              + problem
              + "; normalise both to the same mass");
    }
  }

  /** Whether sums of so many numbers differ by more than adding them up explains. */
  static boolean differ(double massA, double massB, int numbers) {
    return Math.abs(massA - massB) > 0x1p-52 * numbers * massA;
  }

  private static boolean isSingle(@Nullable Tensor weights) {
    return weights != null && weights.dtype() == DType.F32;
  }

  /** Copies a problem's weights, uniform of mass 1 when none are given; returns their sum. */
  private static double copy(String name, @Nullable Tensor from, Tensor to, int problem) {
    int length = to.cols();
    if (from == null) {
      return spread(to, problem, 1);
    }
    long start = from.batch() == 1 ? 0 : (long) problem * length;
    double sum = 0;
    for (int k = 0; k < length; k++) {
      double weight = from.getFlat(start + k);
      if (!(weight >= 0) || weight == Double.POSITIVE_INFINITY) {
        throw Checks.bad(
            name
                + ": expected finite weights ≥ 0, received "
                + weight
                + " at index "
                + k
                + " of problem "
                + problem);
      }
      to.setFlat((long) problem * length + k, weight);
      sum += weight;
    }
    requireMass(name, sum, problem);
    return sum;
  }

  /** Refuses a sum that is no mass. */
  static void requireMass(String name, double sum, int problem) {
    if (!(sum > 0) || sum == Double.POSITIVE_INFINITY) {
      throw Checks.bad(
          name
              + ": expected weights with a positive finite sum, received the sum "
              + sum
              + " in problem "
              + problem);
    }
  }

  private static double spread(Tensor to, int problem, double mass) {
    int length = to.cols();
    for (int k = 0; k < length; k++) {
      to.setFlat((long) problem * length + k, mass / length);
    }
    return mass;
  }
}
