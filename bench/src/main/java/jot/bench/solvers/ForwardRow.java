package jot.bench.solvers;

import java.util.LinkedHashMap;
import java.util.Map;
import jot.Solver;
import jot.bench.SolverNames;
import org.jspecify.annotations.Nullable;

/**
 * How a solver did on a case.
 *
 * @param ran the solver that ran, which for auto is its choice
 * @param status a status of the library, or {@code TIME_LIMIT}
 * @param passes iterations: passes over the cost
 * @param residual L1 residual of the row sums, relative to the mass
 */
record ForwardRow(
    Case problem,
    Solver solver,
    String ran,
    String status,
    int passes,
    double residual,
    Times times) {

  /** Status of a run that was ended by the benchmark. */
  static final String TIME_LIMIT = "TIME_LIMIT";

  boolean converged() {
    return status.equals("CONVERGED");
  }

  String name() {
    return SolverNames.of(solver);
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("problem", problem.problem());
    row.put("n", problem.n());
    row.put("epsilon", problem.epsilon());
    row.put("weights", problem.weighting());
    row.put("solver", name());
    row.put("ran", ran);
    row.put("status", status);
    row.put("converged", converged());
    row.put("passes", passes);
    row.put("seconds_median", times.median());
    row.put("seconds_min", times.min());
    row.put("seconds_max", times.max());
    row.put("runs", times.runs());
    row.put("residual", residual);
    return row;
  }
}
