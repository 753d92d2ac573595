package jot.bench.solvers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jot.bench.Json;
import org.jspecify.annotations.Nullable;

/** All that was measured. */
record Results(
    Map<String, @Nullable Object> environment,
    double tolerance,
    double maxSeconds,
    List<ForwardRow> forward,
    List<BackwardRow> backward) {

  void writeJson(Path file) throws IOException {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("environment", environment);
    document.put("tolerance", tolerance);
    document.put("max_seconds", maxSeconds);
    document.put("forward", forward.stream().map(ForwardRow::json).toList());
    document.put("backward", backward.stream().map(BackwardRow::json).toList());
    Files.writeString(file, Json.text(document));
  }

  void writeTables(Path file) throws IOException {
    String command = String.valueOf(environment.get("command"));
    Files.writeString(file, Tables.text(Environment.line(environment), command, this));
  }
}
