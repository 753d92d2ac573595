package jot.bench.solvers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jot.LinearSolver;
import org.jspecify.annotations.Nullable;

/** The backward pass of a case by several linear solvers. */
record BackwardRow(Case problem, List<Entry> entries) {

  /**
   * What one solver did.
   *
   * @param steps of an iteration
   * @param fill entries of the graph's factor, 0 without
   * @param difference from the dense elimination's ∂C, largest, relative to its largest entry
   */
  record Entry(
      LinearSolver solver, int steps, long fill, String status, Times times, double difference) {

    String name() {
      return solver.name().toLowerCase(Locale.ROOT);
    }

    boolean solved() {
      return !status.equals("TOLERANCE_MISSED");
    }
  }

  Entry of(LinearSolver solver) {
    return entries.stream().filter(entry -> entry.solver() == solver).findFirst().orElseThrow();
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("problem", problem.problem());
    row.put("n", problem.n());
    row.put("epsilon", problem.epsilon());
    row.put("weights", problem.weighting());
    for (Entry entry : entries) {
      String name = entry.name();
      row.put(name + "_steps", entry.steps());
      row.put(name + "_fill", entry.fill());
      row.put(name + "_status", entry.status());
      row.put(name + "_seconds_median", entry.times().median());
      row.put(name + "_seconds_min", entry.times().min());
      row.put(name + "_seconds_max", entry.times().max());
      row.put(name + "_runs", entry.times().runs());
      row.put(name + "_difference", entry.difference());
    }
    return row;
  }
}
