package jot.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jot.bench.Version;
import jot.tensor.Npy;
import org.jspecify.annotations.Nullable;

/**
 * Whole processes in pairs: {@code jot solve}, and a Python that imports POT and solves the same
 * files. What counts is the time from the start of a process to its end, with its plan on the disk.
 */
final class ColdStart {

  private static final int TRIALS = 6;

  private final @Nullable String python;
  private final Scripts scripts;
  private final Report report;
  private final double patience;

  /** With the Python that has POT, null where there is none. */
  ColdStart(@Nullable String python, Scripts scripts, Report report, double patience) {
    this.python = python;
    this.scripts = scripts;
    this.report = report;
    this.patience = patience;
  }

  /** Runs so many pairs, after one that does not count, and adds a row of each. */
  void run(Task task, int pairs, String potVersion) throws IOException {
    Path folder = scripts.folder();
    try (Problem problem = new Problem(task, folder)) {
      Side jot = jot(problem, folder);
      Side pot = python == null ? null : pot(problem, folder);
      List<Side> sides = new ArrayList<>();
      sides.add(jot);
      if (pot != null) {
        sides.add(pot);
      }
      for (int pair = 0; pair < pairs; pair++) {
        for (Side side : List.copyOf(sides)) {
          try {
            side.times.add(1e3 * seconds(side, folder, task.threads()));
          } catch (PeerException e) {
            report.note("%s, %s: %s".formatted(side.name, task, e.getMessage()));
            sides.remove(side);
          }
        }
      }
      add(task, jot, "auto", Version.text(), problem);
      if (pot != null) {
        add(task, pot, "sinkhorn", potVersion, problem);
      }
    }
  }

  private void add(Task task, Side side, String solver, String version, Problem problem)
      throws IOException {
    if (!side.times.isEmpty()) {
      List<Double> sorted = side.times.stream().sorted().toList();
      double residual = residual(side, problem);
      report.add(new Row(task, side.name, version, solver, sorted, -1, residual, Double.NaN));
    }
  }

  private static double residual(Side side, Problem problem) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return Residual.of(Npy.read(side.plan, arena), problem.a(), problem.b());
    }
  }

  private @Nullable Side pot(Problem problem, Path folder) throws IOException {
    // POT's rule is the L2 norm of one marginal; lowered until the plan is good enough
    double threshold = 1.25 * problem.task().tolerance() / Math.sqrt(problem.task().n());
    for (int trial = 0; trial < TRIALS; trial++) {
      Path plan = folder.resolve("cold-pot.npy");
      List<String> command =
          List.of(
              String.valueOf(python),
              scripts.file("cold_pot.py").toString(),
              folder.resolve("cost.npy").toString(),
              folder.resolve("a.npy").toString(),
              folder.resolve("b.npy").toString(),
              String.valueOf(problem.epsilon()),
              String.valueOf(threshold),
              plan.toString());
      Side side = new Side("POT", command, plan);
      try {
        seconds(side, folder, problem.task().threads());
      } catch (PeerException e) {
        report.note("POT, %s: %s".formatted(problem.task(), e.getMessage()));
        return null;
      }
      double residual = residual(side, problem);
      if (!(residual > problem.task().tolerance())) {
        return side;
      }
      threshold *= Math.min(0.9, 0.8 * problem.task().tolerance() / residual);
    }
    report.note("POT, %s: it does not reach the tolerance".formatted(problem.task()));
    return null;
  }

  private static Side jot(Problem problem, Path folder) {
    Path out = folder.resolve("cold-jot");
    List<String> command = new ArrayList<>(JotProcess.command());
    command.addAll(
        List.of(
            "solve",
            "--cost",
            folder.resolve("cost.npy").toString(),
            "--a",
            folder.resolve("a.npy").toString(),
            "--b",
            folder.resolve("b.npy").toString(),
            "--epsilon",
            String.valueOf(problem.epsilon()),
            "--tolerance",
            String.valueOf(problem.task().tolerance()),
            "--threads",
            String.valueOf(problem.task().threads()),
            "--out",
            out.toString()));
    return new Side("jot", command, out.resolve("plan.npy"));
  }

  private double seconds(Side side, Path folder, int threads) throws PeerException, IOException {
    Path log = folder.resolve("cold.log");
    ProcessBuilder builder =
        new ProcessBuilder(side.command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(PythonSettings.of(threads));
    long start = System.nanoTime();
    Process process = builder.start();
    try {
      if (!process.waitFor((long) (1000 * patience), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw PeerException.gone("a process of it did not end in " + patience + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw PeerException.gone("interrupted");
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    if (process.exitValue() != 0) {
      List<String> lines = Arrays.asList(Files.readString(log).strip().split("\\R", -1));
      throw PeerException.gone(
          "a process of it ended with exit code %d: %s"
              .formatted(process.exitValue(), lines.get(lines.size() - 1)));
    }
    return seconds;
  }

  /** One of a pair. */
  private static final class Side {
    private final String name;
    private final List<String> command;
    private final Path plan;
    private final List<Double> times = new ArrayList<>();

    Side(String name, List<String> command, Path plan) {
      this.name = name;
      this.command = command;
      this.plan = plan;
    }
  }
}
