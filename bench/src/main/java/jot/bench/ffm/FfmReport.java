package jot.bench.ffm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jot.bench.Json;
import jot.bench.solvers.Environment;
import org.jspecify.annotations.Nullable;

/** All that was measured so far, as JSON and as a table in Markdown. */
final class FfmReport {

  private final Map<String, @Nullable Object> environment;
  private final List<FfmRow> rows = new ArrayList<>();

  FfmReport(Map<String, @Nullable Object> environment) {
    this.environment = environment;
  }

  List<FfmRow> rows() {
    return rows;
  }

  /** Writes ffm.json and ffm.md. */
  void write(Path folder) throws IOException {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("environment", environment);
    document.put("calls", rows.stream().map(FfmRow::json).toList());
    Files.writeString(folder.resolve("ffm.json"), Json.text(document));
    Files.writeString(folder.resolve("ffm.md"), table());
  }

  /** A column for each call and length, a line for each way. */
  String table() {
    Map<Way, Map<String, String>> lines = new EnumMap<>(Way.class);
    Set<String> titles = new LinkedHashSet<>();
    for (FfmRow row : rows) {
      String title = row.call().label() + (row.n() == 0 ? "" : ", n = " + row.n());
      titles.add(title);
      lines.computeIfAbsent(row.way(), way -> new LinkedHashMap<>()).put(title, row.cell());
    }
    StringBuilder out = new StringBuilder();
    out.append("`").append(environment.get("command")).append("`\n\n");
    out.append(Environment.line(environment)).append("; ");
    out.append(environment.get("openblas")).append(", one thread\n\n");
    out.append("Nanoseconds of a call: median (least … most)\n\n| | ");
    out.append(String.join(" | ", titles)).append(" |\n");
    out.append("|---".repeat(titles.size() + 1)).append("|\n");
    lines.forEach(
        (way, cells) -> {
          out.append("| ").append(way.title());
          titles.forEach(title -> out.append(" | ").append(cells.getOrDefault(title, "")));
          out.append(" |\n");
        });
    return out.toString();
  }
}
