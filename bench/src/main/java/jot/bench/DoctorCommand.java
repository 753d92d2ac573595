package jot.bench;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import jot.Sinkhorn;
import jot.Solution;
import jot.bindings.library.Library;
import jot.bindings.library.LibraryFiles;
import jot.spi.Availability;
import jot.spi.Backends;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot doctor}: what this machine can run, and what it lacks. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Says what this machine can run and what it lacks: the JDK, vectors, backends with the reason"
          + " why one cannot run, threads, memory, CUDA libraries. Paste it into a bug report.",
      ""
    },
    footer = {"", "Exit code: 0 if the reference backend can solve a problem here, else 1."})
final class DoctorCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  DoctorCommand() {}

  @Override
  public Integer call() {
    Trial trial = Trial.run(null);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(Json.text(report(trial)));
    } else {
      lines(trial).forEach(out::println);
    }
    out.flush();
    return trial.works() || Trial.run("reference").works() ? Jot.OK : Jot.FAILED;
  }

  private static List<String> lines(Trial trial) {
    List<String> lines = new ArrayList<>();
    lines.add("jot:     " + Version.text());
    lines.add("jdk:     " + Machine.jdk());
    lines.add("system:  " + Machine.system());
    lines.add("vectors: " + Machine.vectors());
    lines.add("threads: " + Machine.threads());
    lines.add("memory:  " + Machine.memory());
    List<Backends.Found> backends = Backends.find();
    for (Backends.Found backend : backends) {
      Availability availability = backend.availability();
      lines.add(
          "backend: %s %s%s: %s"
              .formatted(
                  backend.name(),
                  availability.usable() ? "can run" : "cannot run",
                  backend.name().equals(trial.backend()) ? ", chosen" : "",
                  availability.reason()));
    }
    for (Backends.Found backend : backends) {
      backend
          .provider()
          .libraries()
          .forEach((name, found) -> lines.add(backend.name() + " library: " + name + " " + found));
    }
    lines.add("cuda: " + text(LibraryFiles.find()));
    lines.add("trial:   " + trial.text());
    return lines;
  }

  private static Map<String, @Nullable Object> report(Trial trial) {
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("jot", Version.text());
    report.put("jdk", Machine.jdk());
    report.put("system", Machine.system());
    report.put("vectors", Machine.vectors());
    report.put("threads", Machine.threads());
    report.put("memory", Machine.memory());
    List<Map<String, Object>> backends = new ArrayList<>();
    for (Backends.Found backend : Backends.find()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", backend.name());
      entry.put("usable", backend.availability().usable());
      entry.put("chosen", backend.name().equals(trial.backend()));
      entry.put("reason", backend.availability().reason());
      entry.put("libraries", backend.provider().libraries());
      backends.add(entry);
    }
    report.put("backends", backends);
    LibraryFiles cuda = LibraryFiles.find();
    Map<String, String> files = new LinkedHashMap<>();
    cuda.files().forEach((name, file) -> files.put(name, file.toString()));
    report.put("cuda", files);
    report.put("cuda_searched", cuda.searched().stream().map(Path::toString).toList());
    report.put("trial", trial.text());
    report.put("works", trial.works());
    return report;
  }

  /** The files of CUDA's libraries; where there are none, the folders that were searched. */
  static String text(LibraryFiles cuda) {
    if (cuda.files().isEmpty()) {
      return "none found; looked in "
          + (cuda.searched().isEmpty() ? "CUDA_HOME and the usual folders" : join(cuda.searched()))
          + "; set -Djot.cuda.home or CUDA_HOME if they lie elsewhere";
    }
    List<String> missing = cuda.missing().stream().map(Library::key).toList();
    return join(cuda.files().values())
        + (missing.isEmpty() ? "" : "; not found: " + String.join(", ", missing));
  }

  private static String join(Collection<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /** A small problem, solved: the proof of what the other lines promise. */
  private record Trial(boolean works, String backend, String text) {
    static Trial run(@Nullable String backendName) {
      try (Arena arena = Arena.ofShared()) {
        Sinkhorn.Builder builder = Sinkhorn.builder().epsilon(1).tolerance(1e-12);
        if (backendName != null) {
          builder.backend(backendName);
        }
        Tensor cost = Tensor.of(arena, new double[][] {{0, 1}, {1, 0}});
        try (Solution solution = builder.build().solve(cost)) {
          return judge(solution);
        }
      } catch (RuntimeException | LinkageError e) {
        return new Trial(false, "none", "a 2 × 2 problem failed: " + Failure.oneLine(e));
      }
    }

    private static Trial judge(Solution solution) {
      double error = Math.abs(solution.plan().get(0, 0) - 0.36552928931500245); // 1/(2 + 2/e)
      String backend = solution.backend();
      return error < 1e-9
          ? new Trial(true, backend, "a 2 × 2 problem was solved on the " + backend + " backend")
          : new Trial(false, backend, "a 2 × 2 problem is off by " + error + ": please report it");
    }
  }
}
