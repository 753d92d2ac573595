package jot.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jot.bench.Json;
import jot.bench.solvers.Environment;
import org.jspecify.annotations.Nullable;

/** All that was measured so far, and all that could not be. */
final class Report {

  private final Map<String, @Nullable Object> environment;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();

  Report(Map<String, @Nullable Object> environment) {
    this.environment = environment;
  }

  void add(Row row) {
    rows.add(row);
  }

  /** Something that a reader must know: what is missing, what failed. */
  void note(String line) {
    if (!notes.contains(line)) {
      notes.add(line);
    }
  }

  /** A library was there and is no more. */
  void lost(String name) {
    lost.add(name);
  }

  List<Row> rows() {
    return rows;
  }

  List<String> notes() {
    return notes;
  }

  /** Libraries whose process died or hung. */
  List<String> lost() {
    return lost;
  }

  /** Writes peers.json, peers-environment.json and peers.md. */
  void write(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("peers.json"), Json.text(rows.stream().map(Row::json).toList()));
    Map<String, @Nullable Object> facts = new LinkedHashMap<>(environment);
    facts.put("notes", List.copyOf(notes));
    Files.writeString(folder.resolve("peers-environment.json"), Json.text(facts));
    Files.writeString(folder.resolve("peers.md"), tables());
  }

  /** As Markdown. */
  String tables() {
    String command = String.valueOf(environment.get("command"));
    return PeerTables.text(command, Environment.line(environment), rows, notes);
  }
}
