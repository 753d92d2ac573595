package jot.bench.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a system did a task.
 *
 * @param milliseconds of each run, sorted; of a sweep, see {@link SweepTimes}
 * @param iterations that the solver counts, of any kind; −1 where it counts none
 * @param residual of the plan, {@link Residual}; NaN where there is no plan of finite numbers
 * @param difference of the gradient from jot's, {@link Residual#difference}; NaN but for backward
 */
record Row(
    Task task,
    String system,
    String version,
    String solver,
    List<Double> milliseconds,
    int iterations,
    double residual,
    double difference) {

  /** A residual may exceed the tolerance by this much through rounding in another order. */
  private static final double ROUNDING = 1.01;

  /** Gradients at potentials that differ by what two converged solves differ by. */
  private static final double SAME_GRADIENT = 1e-3;

  double median() {
    int size = milliseconds.size();
    int middle = size / 2;
    return size % 2 == 1
        ? milliseconds.get(middle)
        : (milliseconds.get(middle - 1) + milliseconds.get(middle)) / 2;
  }

  double best() {
    return milliseconds.get(0);
  }

  /** Whether the answer is as good as was asked for. */
  boolean reached() {
    return switch (task.work()) {
      case SWEEP -> !Double.isNaN(residual);
      case SOLVE, COLD -> residual <= ROUNDING * task.tolerance();
      case BACKWARD -> difference <= SAME_GRADIENT;
    };
  }

  String name() {
    return system + " " + solver;
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("work", task.work().label());
    row.put("system", system);
    row.put("version", version);
    row.put("solver", solver);
    row.put("cost", task.cost().label());
    row.put("m", task.n());
    row.put("n", task.n());
    row.put("batch", task.batch());
    row.put("epsilon", task.epsilon());
    row.put("dtype", task.precision());
    row.put("threads", task.threads());
    row.put("tolerance", task.work() == Work.SWEEP ? null : task.tolerance());
    row.put("median_ms", median());
    row.put("best_ms", best());
    row.put("worst_ms", milliseconds.get(milliseconds.size() - 1));
    row.put("runs", milliseconds.size());
    row.put("iterations", iterations < 0 ? null : iterations);
    row.put("residual_l1", residual);
    row.put("reached", reached());
    row.put("gradient_difference", difference);
    return row;
  }
}
