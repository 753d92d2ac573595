package jot.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import jot.bench.solvers.Numbers;

/**
 * Rows as tables in Markdown: a table for each work and precision, a line for each system's solver,
 * a column for each problem. A cell holds the median and the best run, and how many times jot's
 * they are.
 */
final class PeerTables {

  private final StringBuilder out = new StringBuilder();

  private PeerTables() {}

  static String text(String command, String machine, List<Row> rows, List<String> notes) {
    PeerTables tables = new PeerTables();
    tables.out.append("`").append(command).append("`\n\n").append(machine).append("\n\n");
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : rows) {
      groups.computeIfAbsent(title(row.task()), key -> new ArrayList<>()).add(row);
    }
    groups.forEach(tables::table);
    tables.out.append(
        "Median / best of the runs, and how many times those of jot's fastest solver they are."
            + " After a > the answer is not what was asked for, as the bracket says.\n");
    if (!notes.isEmpty()) {
      tables.out.append("\nNot measured:\n\n");
      notes.forEach(note -> tables.out.append("- ").append(note).append('\n'));
    }
    return tables.out.toString();
  }

  /** What a table is about; its columns are the sizes and ε. */
  static String title(Task task) {
    String what =
        switch (task.work()) {
          case SWEEP -> "One sweep";
          case SOLVE -> "A solve to the residual " + Numbers.power(task.tolerance());
          case BACKWARD -> "A backward pass, linear residual " + Numbers.power(task.tolerance());
          case COLD ->
              "A whole process, from files to files, to the residual "
                  + Numbers.power(task.tolerance());
        };
    return "%s, %s%s, %s, %d thread%s"
        .formatted(
            what,
            task.batch() == 1 ? "" : "a batch of " + task.batch() + ", ",
            task.cost() == CostKind.POINTS ? "2-D points" : "uniform costs",
            task.precision().toUpperCase(java.util.Locale.ROOT),
            task.threads(),
            task.threads() == 1 ? "" : "s");
  }

  private record Column(int n, double epsilon) {
    static Column of(Row row) {
      return new Column(row.task().n(), row.task().epsilon());
    }

    @Override
    public String toString() {
      return n + ", ε " + Numbers.power(epsilon);
    }
  }

  private void table(String title, List<Row> rows) {
    Set<Column> columns = new LinkedHashSet<>();
    Map<String, List<Row>> lines = new LinkedHashMap<>();
    for (Row row : rows) {
      columns.add(Column.of(row));
      lines.computeIfAbsent(row.name(), key -> new ArrayList<>()).add(row);
    }
    out.append("**").append(title).append("**\n\n");
    List<String> head = new ArrayList<>(List.of("n, ε / range"));
    columns.forEach(column -> head.add(column.toString()));
    line(head);
    out.append("|---".repeat(head.size())).append("|\n");
    lines.forEach(
        (name, ofLine) -> {
          List<String> cells = new ArrayList<>(List.of(name));
          for (Column column : columns) {
            cells.add(find(ofLine, column).map(row -> cell(row, rows)).orElse(""));
          }
          line(cells);
        });
    out.append('\n');
  }

  private static Optional<Row> find(List<Row> rows, Column column) {
    return rows.stream().filter(row -> Column.of(row).equals(column)).findFirst();
  }

  /** jot's best answer that is good; NaN where it has none. */
  private static double least(List<Row> rows, Column column, ToDoubleFunction<Row> time) {
    return rows.stream()
        .filter(row -> row.system().equals("jot") && row.reached())
        .filter(row -> Column.of(row).equals(column))
        .mapToDouble(time)
        .min()
        .orElse(Double.NaN);
  }

  private static String cell(Row row, List<Row> rows) {
    String time = Numbers.time(1e-3 * row.median()) + " / " + Numbers.time(1e-3 * row.best());
    if (!row.reached()) {
      return "> %s (%s)".formatted(time, miss(row));
    }
    Column column = Column.of(row);
    double median = row.median() / least(rows, column, Row::median);
    double best = row.best() / least(rows, column, Row::best);
    return row.system().equals("jot") || Double.isNaN(median)
        ? time
        : "%s (%s× / %s×)".formatted(time, Numbers.digits(median), Numbers.digits(best));
  }

  /** What is wrong with an answer. */
  private static String miss(Row row) {
    if (row.task().work() == Work.BACKWARD) {
      return "differs by " + Numbers.power(row.difference());
    }
    return Double.isNaN(row.residual()) ? "no plan" : Numbers.power(row.residual());
  }

  private void line(List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
