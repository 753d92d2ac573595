package jot.bench.solvers;

import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Random;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * A problem of the benchmark; the same numbers on every machine.
 *
 * @param kind where the costs come from
 * @param n rows and columns
 * @param epsilon ε as a fraction of the largest cost
 * @param weights how the weights are drawn
 */
record Case(Kind kind, int n, double epsilon, Weights weights) {

  private static final long SEED = 20_22;

  /** Where costs come from. */
  enum Kind {
    /** Squared distances of points in the unit square. */
    POINTS,
    /** Independent, uniform between 0 and 1. */
    UNIFORM
  }

  /** How weights are drawn. */
  enum Weights {
    /** All equal. */
    UNIFORM,
    /** Evenly from the simplex. */
    DIRICHLET
  }

  /**
   * The numbers of a case, in native memory.
   *
   * @param epsilon in the unit of the cost
   */
  record Data(Tensor cost, Tensor a, Tensor b, double epsilon) {}

  Data data(Arena arena) {
    Random random = new Random(SEED + n);
    Tensor cost = Tensor.allocate(arena, DType.F64, Shape.matrix(n, n));
    switch (kind) {
      case POINTS -> points(random, cost);
      case UNIFORM -> fill(random, cost);
    }
    double largest = 0;
    for (long k = 0; k < (long) n * n; k++) {
      largest = Math.max(largest, cost.getFlat(k));
    }
    return new Data(cost, weights(random, arena), weights(random, arena), epsilon * largest);
  }

  /** A loss to pull back: ∂ℓ/∂P of independent normal numbers. */
  Tensor planGradient(Arena arena) {
    Random random = new Random(SEED - n);
    Tensor gradient = Tensor.allocate(arena, DType.F64, Shape.matrix(n, n));
    for (long k = 0; k < (long) n * n; k++) {
      gradient.setFlat(k, random.nextGaussian());
    }
    return gradient;
  }

  private void points(Random random, Tensor cost) {
    double[] points = random.doubles(4L * n).toArray();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double dx = points[2 * i] - points[2 * n + 2 * j];
        double dy = points[2 * i + 1] - points[2 * n + 2 * j + 1];
        cost.setFlat((long) i * n + j, dx * dx + dy * dy);
      }
    }
  }

  private void fill(Random random, Tensor cost) {
    for (long k = 0; k < (long) n * n; k++) {
      cost.setFlat(k, random.nextDouble());
    }
  }

  private Tensor weights(Random random, Arena arena) {
    double[] w = new double[n];
    double sum = 0;
    for (int k = 0; k < n; k++) {
      w[k] = weights == Weights.UNIFORM ? 1 : -Math.log(1 - random.nextDouble());
      sum += w[k];
    }
    for (int k = 0; k < n; k++) {
      w[k] /= sum;
    }
    return Tensor.vector(arena, w);
  }

  String problem() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  String weighting() {
    return weights.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "%s, n = %d, ε %s, %s weights"
        .formatted(problem(), n, Numbers.power(epsilon), weighting());
  }
}
