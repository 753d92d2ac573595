package jot.bench.solvers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of a case by both linear solvers.
 *
 * @param steps steps of conjugate gradients
 * @param status how conjugate gradients ended
 * @param difference largest difference of an entry of ∂C, relative to the largest entry
 */
record BackwardRow(
    Case problem, int steps, String status, Times cg, Times dense, double difference) {

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("problem", problem.problem());
    row.put("n", problem.n());
    row.put("epsilon", problem.epsilon());
    row.put("weights", problem.weighting());
    row.put("cg_steps", steps);
    row.put("cg_status", status);
    row.put("cg_seconds_median", cg.median());
    row.put("cg_seconds_min", cg.min());
    row.put("cg_seconds_max", cg.max());
    row.put("cg_runs", cg.runs());
    row.put("dense_seconds_median", dense.median());
    row.put("dense_seconds_min", dense.min());
    row.put("dense_seconds_max", dense.max());
    row.put("dense_runs", dense.runs());
    row.put("difference", difference);
    return row;
  }
}
