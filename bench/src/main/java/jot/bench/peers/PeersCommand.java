package jot.bench.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import jot.bench.BadInputException;
import jot.bench.Jot;
import jot.bench.OutputFolder;
import jot.bench.solvers.Environment;
import jot.bench.solvers.Steps;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot bench peers}: jot and Python's libraries on the same problems, in turns. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times jot, POT, PyTorch, OTT-JAX, GeomLoss and RegOT on the same problems: a sweep, a solve"
          + " to the same residual, the backward pass, a batch, and whole processes. All have the"
          + " same threads, precision and tolerance, and take turns; libraries that the Python"
          + " lacks are named and left out. All of it takes hours: choose with --works, --sizes.",
      ""
    },
    footer = {
      "",
      "Written to --out: peers.json (a list of rows), peers-environment.json, peers.md",
      "(tables), and pictures where the JDK can draw.",
      "Exit code: 0; 1 where a Python died or hung, with all that was measured kept;",
      "3 where jot did not reach the tolerance of a task."
    })
public final class PeersCommand implements Callable<Integer> {

  private static final int SOLVERS_QUICK = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description = "The Python that has the libraries. Default: python3 of the path, if any.")
  private @Nullable String python;

  @Option(
      names = "--quick",
      description = "A small selection, two solvers of each, in less than two minutes.")
  private boolean quick;

  @Option(
      names = "--works",
      split = ",",
      paramLabel = "WORK",
      description = "Of sweep, solve, backward, batch, cold. Default: all.")
  private @Nullable List<String> works;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      description = "Rows and columns. Default: 64,256,1000,2048,4096; quick: 64,256.")
  private @Nullable List<Integer> sizes;

  @Option(
      names = "--epsilons",
      split = ",",
      paramLabel = "E",
      description = "ε as fractions of the costs' range. Default: 0.1,0.01,0.001; quick: 0.01.")
  private @Nullable List<Double> epsilons;

  @Option(
      names = "--costs",
      split = ",",
      paramLabel = "KIND",
      description = "Of ${COMPLETION-CANDIDATES}. Default: both.")
  private @Nullable List<CostKind> costs;

  @Option(names = "--dtypes", split = ",", paramLabel = "f64|f32", description = "Default: both.")
  private @Nullable List<DType> dtypes;

  @Option(
      names = "--libraries",
      split = ",",
      paramLabel = "NAME",
      description = "Of ${COMPLETION-CANDIDATES}. Default: all that there are.")
  private @Nullable List<Library> libraries;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Threads of every system, one run of all tasks for each. Default: all.")
  private @Nullable List<Integer> threads;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      defaultValue = "1e-6",
      description =
          "L1 residual of the plan to reach, relative to the mass; F32 at least 1e-4."
              + " Default: ${DEFAULT-VALUE}.")
  private double tolerance;

  @Option(
      names = "--max-seconds",
      paramLabel = "S",
      description = "A peer's iterations are limited to about so long. Default: 10; quick: 0.3.")
  private @Nullable Double maxSeconds;

  @Option(
      names = "--patience",
      paramLabel = "S",
      defaultValue = "300",
      description =
          "A Python that gives no answer for so long is ended. Default: ${DEFAULT-VALUE}.")
  private double patience;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "jot-bench",
      description = "Folder for the results. Default: ${DEFAULT-VALUE}.")
  private Path out;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public PeersCommand() {}

  @Override
  public Integer call() {
    final Suite suite = suite();
    final List<Integer> counts = threads();
    positive("--patience", patience);
    double seconds = maxSeconds == null ? (quick ? 0.3 : 10) : maxSeconds;
    positive("--max-seconds", seconds);
    Optional<String> found = Python.find(python);
    OutputFolder folder = OutputFolder.at(out);
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    Map<String, @Nullable Object> environment = Environment.describe(arguments);
    Report report = new Report(environment);
    if (found.isEmpty()) {
      report.note("all libraries: no Python was found; name one with --python");
    }
    PeerRun.Settings settings =
        new PeerRun.Settings(
            found.orElse(null),
            libraries == null ? List.of(Library.values()) : libraries,
            quick ? SOLVERS_QUICK : Integer.MAX_VALUE,
            seconds,
            patience);
    int tasks = 0;
    for (int count : counts) {
      tasks += suite.tasks(count).size() + suite.cold(count).size();
    }
    try (Scripts scripts = Scripts.unpack();
        Steps steps = Steps.start(tasks, spec.commandLine().getErr())) {
      for (int count : counts) {
        environment.put("python_settings", PythonSettings.of(count));
        new PeerRun(settings, suite, count, scripts, report, folder, steps).run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return say(report, folder);
  }

  private int say(Report report, OutputFolder folder) {
    PrintWriter text = spec.commandLine().getOut();
    folder.fill(
        stage -> {
          report.write(stage);
          draw(stage, report, text);
        });
    text.print(report.tables());
    text.println("written to " + out);
    text.flush();
    if (!report.lost().isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      report.notes().forEach(note -> err.println("jot bench peers: " + note));
      err.flush();
      return Jot.FAILED;
    }
    boolean reached =
        report.rows().stream().allMatch(row -> !row.system().equals("jot") || row.reached());
    return reached ? Jot.OK : Jot.NOT_CONVERGED;
  }

  private static void draw(Path stage, Report report, PrintWriter text) throws IOException {
    System.setProperty("java.awt.headless", "true");
    try {
      PeerCharts.write(stage, report.rows());
    } catch (LinkageError | RuntimeException e) {
      text.println("no pictures: this JDK cannot draw, " + e);
    }
  }

  private Suite suite() {
    List<String> wanted = works == null ? Suite.WORKS : works;
    for (String work : wanted) {
      if (!Suite.WORKS.contains(work)) {
        throw new BadInputException(
            "--works: expected some of " + Suite.WORKS + ", received " + work);
      }
    }
    positive("--tolerance", tolerance);
    List<Double> fractions =
        epsilons == null ? (quick ? List.of(0.01) : List.of(0.1, 0.01, 0.001)) : epsilons;
    fractions.forEach(epsilon -> positive("--epsilons", epsilon));
    List<Integer> ns =
        sizes == null ? (quick ? List.of(64, 256) : List.of(64, 256, 1000, 2048, 4096)) : sizes;
    ns.forEach(n -> atLeast("--sizes", n, 2));
    return new Suite(
        new LinkedHashSet<>(wanted),
        ns,
        fractions,
        costs == null ? List.of(CostKind.values()) : costs,
        dtypes == null ? List.of(DType.F64, DType.F32) : dtypes,
        tolerance,
        quick);
  }

  private List<Integer> threads() {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Integer> counts = threads == null ? List.of(processors) : threads;
    for (int count : counts) {
      atLeast("--threads", count, 1);
      if (count > processors) {
        throw new BadInputException(
            "--threads: expected at most the " + processors + " processors, received " + count);
      }
    }
    return counts;
  }

  private static void positive(String option, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new BadInputException(option + ": expected a finite number above 0, received " + value);
    }
  }

  private static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new BadInputException(option + ": expected at least " + least + ", received " + value);
    }
  }
}
