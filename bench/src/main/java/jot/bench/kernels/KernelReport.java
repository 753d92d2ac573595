package jot.bench.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jot.bench.Json;
import jot.bench.calibration.Limits;
import jot.bench.solvers.Environment;
import jot.bench.solvers.Numbers;
import org.jspecify.annotations.Nullable;

/** All that was measured so far, as JSON and as tables in Markdown. */
final class KernelReport {

  private final Map<String, @Nullable Object> environment;
  private final List<KernelRow> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private @Nullable Limits machine;

  KernelReport(Map<String, @Nullable Object> environment) {
    this.environment = environment;
  }

  List<KernelRow> rows() {
    return rows;
  }

  List<String> notes() {
    return notes;
  }

  /** The limits of the machine's caches and memory. */
  void machine(Limits limits) {
    machine = limits;
  }

  /** Writes kernels.json and kernels.md. */
  void write(Path folder) throws IOException {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("environment", environment);
    document.put("notes", List.copyOf(notes));
    document.put("machine", machine == null ? null : json(machine));
    document.put("kernels", rows.stream().map(KernelRow::json).toList());
    Files.writeString(folder.resolve("kernels.json"), Json.text(document));
    Files.writeString(folder.resolve("kernels.md"), tables());
  }

  private static Map<String, @Nullable Object> json(Limits limits) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    limits.caches().forEach((level, bytes) -> object.put("cache_" + level + "_bytes", bytes));
    object.put(
        "exp",
        limits.exps().stream()
            .map(
                rate -> {
                  Map<String, @Nullable Object> one = new LinkedHashMap<>();
                  one.put("dtype", rate.dtype().name().toLowerCase(Locale.ROOT));
                  one.put("method", rate.method());
                  one.put("threads", rate.threads());
                  one.put("elements_per_ns", rate.elementsPerNanosecond());
                  one.put("max_ulp", rate.ulps());
                  return one;
                })
            .toList());
    object.put(
        "read",
        limits.reads().stream()
            .map(
                rate -> {
                  Map<String, @Nullable Object> one = new LinkedHashMap<>();
                  one.put("bytes", rate.bytes());
                  one.put("threads", rate.threads());
                  one.put("gb_per_s", rate.gigabytesPerSecond());
                  return one;
                })
            .toList());
    return object;
  }

  String tables() {
    StringBuilder out = new StringBuilder();
    out.append("`").append(environment.get("command")).append("`\n\n");
    out.append(Environment.line(environment)).append("\n\n");
    if (machine != null) {
      limits(out, machine);
    }
    Map<String, List<KernelRow>> groups =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row ->
                        "%s, %s, %d thread%s"
                            .formatted(
                                row.backend(),
                                row.dtype(),
                                row.threads(),
                                row.threads() == 1 ? "" : "s"),
                    LinkedHashMap::new,
                    Collectors.toList()));
    groups.forEach((title, some) -> table(out, title, some));
    if (!notes.isEmpty()) {
      out.append("Not measured:\n\n");
      notes.forEach(note -> out.append("- ").append(note).append('\n'));
    }
    return out.toString();
  }

  private static void limits(StringBuilder out, Limits limits) {
    out.append(
        """
        **The machine's limits**, measured by loops in C

        | what | threads | |
        |---|---|---|
        """);
    for (Limits.ExpRate rate : limits.exps()) {
      out.append(
          String.format(
              Locale.ROOT,
              "| exp %s, %s, %.1f ulp | %d | %.2f elements/ns |%n",
              rate.dtype(),
              rate.method(),
              rate.ulps(),
              rate.threads(),
              rate.elementsPerNanosecond()));
    }
    for (Limits.ReadRate rate : limits.reads()) {
      out.append(
          String.format(
              Locale.ROOT,
              "| read %s | %d | %.1f GB/s |%n",
              bytes(rate.bytes()),
              rate.threads(),
              rate.gigabytesPerSecond()));
    }
    out.append('\n');
  }

  private static String bytes(long bytes) {
    return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }

  /** A line for each kernel; time of a call, and in brackets the share of the limit that binds. */
  private static void table(StringBuilder out, String title, List<KernelRow> rows) {
    TreeSet<Integer> sizes = new TreeSet<>();
    Map<Kernel, List<KernelRow>> lines = new LinkedHashMap<>();
    for (KernelRow row : rows) {
      sizes.add(row.n());
      lines.computeIfAbsent(row.kernel(), key -> new ArrayList<>()).add(row);
    }
    out.append("**").append(title).append("**: time of a call (share of the limit that binds)\n\n");
    out.append("| n");
    sizes.forEach(n -> out.append(" | ").append(n));
    out.append(" | B/call |\n").append("|---".repeat(sizes.size() + 2)).append("|\n");
    lines.forEach(
        (kernel, some) -> {
          out.append("| ").append(kernel.label());
          for (int n : sizes) {
            out.append(" | ");
            some.stream()
                .filter(row -> row.n() == n)
                .findFirst()
                .ifPresent(row -> out.append(cell(row)));
          }
          double most = some.stream().mapToDouble(KernelRow::allocated).max().orElse(0);
          out.append(" | ").append(Math.round(most)).append(" |\n");
        });
    out.append('\n');
  }

  private static String cell(KernelRow row) {
    String time = Numbers.time(1e-9 * row.nanoseconds());
    double share = row.ofLimit();
    return Double.isNaN(share)
        ? time
        : time + String.format(Locale.ROOT, " (%.0f %%)", 100 * share);
  }
}
