package jot.bench.solvers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jot.bench.Json;
import org.jspecify.annotations.Nullable;

/** All that was measured so far. */
record Results(
    Map<String, @Nullable Object> environment,
    double tolerance,
    double maxSeconds,
    List<ForwardRow> forward,
    List<BackwardRow> backward) {

  Results(Map<String, @Nullable Object> environment, double tolerance, double maxSeconds) {
    this(environment, tolerance, maxSeconds, new ArrayList<>(), new ArrayList<>());
  }

  /** Writes solvers.json and solvers.md. */
  void write(Path folder) throws IOException {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("environment", environment);
    document.put("tolerance", tolerance);
    document.put("max_seconds", maxSeconds);
    document.put("forward", forward.stream().map(ForwardRow::json).toList());
    document.put("backward", backward.stream().map(BackwardRow::json).toList());
    Files.writeString(folder.resolve("solvers.json"), Json.text(document));
    Files.writeString(folder.resolve("solvers.md"), tables());
  }

  String tables() {
    String command = String.valueOf(environment.get("command"));
    return Tables.text(Environment.line(environment), command, this);
  }
}
