package jot.bench.solvers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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
        "Backward: conjugate gradients to 1e-10 as the library preconditions them, and the dense"
            + " elimination.\n\n");
    head(List.of("problem", "n", "ε / max C", "CG steps", "CG", "dense", "gain", "difference"));
    for (BackwardRow row : rows) {
      double cg = row.cg().median();
      double dense = row.dense().median();
      row(
          List.of(
              row.problem().problem(),
              String.valueOf(row.problem().n()),
              Numbers.power(row.problem().epsilon()),
              row.steps() + (row.status().equals("SOLVED") ? "" : " " + row.status()),
              Numbers.time(cg),
              Numbers.time(dense),
              Numbers.digits(dense / cg) + "×",
              Numbers.power(row.difference())));
    }
    out.append('\n');
  }

  private void head(List<String> cells) {
    row(cells);
    out.append("|---".repeat(cells.size())).append("|\n");
  }

  private void row(List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
