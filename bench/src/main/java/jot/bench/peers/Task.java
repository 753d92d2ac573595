package jot.bench.peers;

import java.util.Locale;
import jot.bench.solvers.Numbers;
import jot.tensor.DType;

/**
 * Something that every system is asked to do.
 *
 * @param n rows and columns
 * @param epsilon ε as a fraction of the range of the costs
 * @param tolerance L1 residual of the plan to reach, relative to the mass; of a backward pass the
 *     relative residual of its linear system; of a sweep nothing, 0
 */
record Task(
    Work work,
    CostKind cost,
    int n,
    int batch,
    double epsilon,
    DType dtype,
    int threads,
    double tolerance) {

  String precision() {
    return dtype.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "%s, %s, %sn = %d, ε %s, %s"
        .formatted(
            work.label(),
            cost.label(),
            batch == 1 ? "" : "batch " + batch + ", ",
            n,
            Numbers.power(epsilon),
            precision());
  }
}
