package jot.bench.solvers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jot.LinearSolver;

/** What was measured as tables in Markdown. */
final class Tables {

  private static final Set<String> SWEEPS = Set.of("log", "scaling");

  private final StringBuilder out = new StringBuilder();

  private Tables() {}

  static String text(String machine, String command, Results results) {
    Tables tables = new Tables();
    tables.out.append("`").append(command).append("`\n\n").append(machine).append("\n\n");
    if (!results.forward().isEmpty()) {
      tables.forward(results);
    }
    if (!results.backward().isEmpty()) {
      tables.backward(results.backward());
    }
    return tables.out.toString();
  }

  private void forward(Results results) {
    out.append(
        String.format(
            Locale.ROOT,
            "Forward: time to a residual of %s, and passes over the cost. Where a solver did not"
                + " converge: > its time, and the residual then.%n%n",
            Numbers.power(results.tolerance())));
    Map<String, List<ForwardRow>> groups =
        results.forward().stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.problem().problem() + ", " + row.problem().weighting() + " weights",
                    LinkedHashMap::new,
                    Collectors.toList()));
    groups.forEach(this::forward);
  }

  private void forward(String title, List<ForwardRow> rows) {
    Map<Case, List<ForwardRow>> cases =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    ForwardRow::problem, LinkedHashMap::new, Collectors.toList()));
    List<String> head = new ArrayList<>(List.of("n", "ε / max C"));
    cases.values().iterator().next().forEach(row -> head.add(row.name()));
    head.add("auto : sweeps");
    out.append("**").append(title).append("**\n\n");
    head(head);
    cases.forEach(
        (problem, inCase) -> {
          List<String> cells = new ArrayList<>();
          cells.add(String.valueOf(problem.n()));
          cells.add(Numbers.power(problem.epsilon()));
          inCase.forEach(row -> cells.add(cell(row)));
          cells.add(gain(inCase));
          row(cells);
        });
    out.append('\n');
  }

  private static String cell(ForwardRow row) {
    String time = Numbers.time(row.times().median());
    return row.converged()
        ? "%s (%d)".formatted(time, row.passes())
        : "> %s (%s)".formatted(time, Numbers.power(row.residual()));
  }

  /** How much longer the best plain sweeps took than auto. */
  private static String gain(List<ForwardRow> rows) {
    double auto = Double.NaN;
    double sweeps = Double.POSITIVE_INFINITY;
    double atLeast = Double.POSITIVE_INFINITY;
    for (ForwardRow row : rows) {
      double time = row.times().median();
      if (row.name().equals("auto") && row.converged()) {
        auto = time;
      } else if (SWEEPS.contains(row.name())) {
        sweeps = row.converged() ? Math.min(sweeps, time) : sweeps;
        atLeast = row.converged() ? atLeast : Math.min(atLeast, time);
      }
    }
    if (Double.isNaN(auto) || Math.min(sweeps, atLeast) == Double.POSITIVE_INFINITY) {
      return "";
    }
    return (sweeps < Double.POSITIVE_INFINITY ? "" : "> ")
        + Numbers.digits(Math.min(sweeps, atLeast) / auto)
        + "×";
  }

  private void backward(List<BackwardRow> rows) {
    out.append(
        "Backward: conjugate gradients to 1e-10, preconditioned by the diagonal (plain), by a"
            + " factor of the plan's graph, and as the library chooses (auto); and the dense"
            + " elimination: time, steps, fill (entries of the factor a row). Gains of auto;"
            + " difference of auto's ∂C from the elimination's, relative to its largest"
            + " entry.\n\n");
    head(
        List.of(
            "problem",
            "n",
            "ε / max C",
            "plain",
            "graph",
            "auto",
            "dense",
            "plain : auto",
            "dense : auto",
            "difference"));
    for (BackwardRow row : rows) {
      BackwardRow.Entry auto = row.of(LinearSolver.CG);
      BackwardRow.Entry plain = row.of(LinearSolver.CG_DIAGONAL);
      BackwardRow.Entry dense = row.of(LinearSolver.DENSE);
      int n = row.problem().n();
      row(
          List.of(
              row.problem().problem(),
              String.valueOf(n),
              Numbers.power(row.problem().epsilon()),
              cell(plain, n),
              cell(row.of(LinearSolver.CG_GRAPH), n),
              cell(auto, n),
              Numbers.time(dense.times().median()),
              (plain.solved() ? "" : "> ") + ratio(plain, auto),
              ratio(dense, auto),
              Numbers.power(auto.difference())));
    }
    out.append('\n');
  }

  private static String cell(BackwardRow.Entry entry, int n) {
    String fill = entry.fill() > 0 ? ", " + Numbers.digits((double) entry.fill() / n) : "";
    return "%s%s (%d%s)"
        .formatted(
            entry.solved() ? "" : "missed: ",
            Numbers.time(entry.times().median()),
            entry.steps(),
            fill);
  }

  private static String ratio(BackwardRow.Entry slower, BackwardRow.Entry faster) {
    return Numbers.digits(slower.times().median() / faster.times().median()) + "×";
  }

  private void head(List<String> cells) {
    row(cells);
    out.append("|---".repeat(cells.size())).append("|\n");
  }

  private void row(List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
