package jot.bench.solvers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import jot.Solver;
import jot.bench.BadInputException;
import jot.bench.Jot;
import jot.bench.OutputFolder;
import jot.bench.SolverNames;
import jot.bench.solvers.Case.Kind;
import jot.bench.solvers.Case.Weights;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot bench solvers}: all solvers on problems with small ε, and the backward pass there. */
@Command(
    name = "solvers",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times all forward solvers on 2-D points and uniform random costs at small ε, and the"
          + " backward pass by conjugate gradients and by elimination. Solvers take turns in one"
          + " process; quick runs are repeated after a warm-up. All of it takes about an hour.",
      ""
    },
    footer = {
      "",
      "Written to --out: solvers.json, solvers.md (tables), solvers.png (where the JDK can draw).",
      "Exit code: 0 if auto converged in every case, else 3."
    })
public final class SolversCommand implements Callable<Integer> {

  private static final List<Double> BACKWARD_EPSILONS = List.of(1e-1, 1e-2, 1e-3, 1e-4);

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "A small selection, in less than a minute.")
  private boolean quick;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      description = "Rows and columns. Default: 256,1000,2048; quick: 256.")
  private @Nullable List<Integer> sizes;

  @Option(
      names = "--epsilons",
      split = ",",
      paramLabel = "E",
      description = "ε as fractions of the largest cost. Default: 1e-2,1e-3,1e-4.")
  private @Nullable List<Double> epsilons;

  @Option(
      names = "--solvers",
      split = ",",
      paramLabel = "NAME",
      completionCandidates = SolverNames.class,
      description = "Of ${COMPLETION-CANDIDATES}. Default: all.")
  private @Nullable List<Solver> solvers;

  @Option(
      names = "--max-seconds",
      paramLabel = "S",
      description = "A solve that takes longer has not converged. Default: 10; quick: 0.7.")
  private @Nullable Double maxSeconds;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      defaultValue = "1e-9",
      description = "Residual to reach, relative to the mass. Default: ${DEFAULT-VALUE}.")
  private double tolerance;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "jot-bench",
      description = "Folder for the results. Default: ${DEFAULT-VALUE}.")
  private Path out;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public SolversCommand() {}

  @Override
  public Integer call() {
    List<Case> forward = cases(epsilons(), quick ? List.of(Weights.UNIFORM) : all());
    List<Case> backward = cases(BACKWARD_EPSILONS, List.of(Weights.UNIFORM));
    OutputFolder folder = OutputFolder.at(out);
    Results results = measure(forward, backward, folder);
    PrintWriter text = spec.commandLine().getOut();
    folder.fill(stage -> draw(stage, results, text));
    text.print(results.tables());
    text.println("written to " + out);
    text.flush();
    return results.forward().stream()
            .allMatch(row -> row.solver() != Solver.AUTO || row.converged())
        ? Jot.OK
        : Jot.NOT_CONVERGED;
  }

  private Results measure(List<Case> forward, List<Case> backward, OutputFolder folder) {
    List<Solver> wanted = solvers == null ? List.of(Solver.values()) : solvers;
    double seconds = maxSeconds == null ? (quick ? 0.7 : 10) : maxSeconds;
    if (!(seconds > 0)) {
      throw new BadInputException("--max-seconds: expected a number above 0, received " + seconds);
    }
    if (!(tolerance > 0)) {
      throw new BadInputException("--tolerance: expected a number above 0, received " + tolerance);
    }
    ForwardBenchmark forwards = new ForwardBenchmark(wanted, tolerance, seconds);
    BackwardBenchmark backwards = new BackwardBenchmark(tolerance);
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    Results results = new Results(Environment.describe(arguments), tolerance, seconds);
    try (Steps steps =
        Steps.start(1 + forward.size() + backward.size(), spec.commandLine().getErr())) {
      steps.now("warming up");
      forwards.warmUp(quick ? 2 : 20);
      steps.step();
      for (Case problem : forward) {
        steps.now(problem.toString());
        results.forward().addAll(forwards.run(problem));
        folder.fill(results::write); // what is measured is there, however this ends
        steps.step();
      }
      for (Case problem : backward) {
        steps.now("backward, " + problem);
        results.backward().add(backwards.run(problem));
        folder.fill(results::write);
        steps.step();
      }
    }
    return results;
  }

  private static void draw(Path stage, Results results, PrintWriter text) throws IOException {
    System.setProperty("java.awt.headless", "true");
    try {
      Charts.write(stage.resolve("solvers.png"), results.forward());
    } catch (LinkageError | RuntimeException e) {
      text.println("no solvers.png: this JDK cannot draw, " + e);
    }
  }

  private static List<Weights> all() {
    return List.of(Weights.values());
  }

  private List<Double> epsilons() {
    List<Double> list = epsilons == null ? List.of(1e-2, 1e-3, 1e-4) : epsilons;
    for (double epsilon : list) {
      if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
        throw new BadInputException(
            "--epsilons: expected finite numbers above 0, received " + epsilon);
      }
    }
    return list;
  }

  private List<Case> cases(List<Double> each, List<Weights> weightings) {
    List<Integer> ns = sizes == null ? (quick ? List.of(256) : List.of(256, 1000, 2048)) : sizes;
    List<Case> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Weights weights : weightings) {
        for (int n : ns) {
          if (n < 1) {
            throw new BadInputException("--sizes: expected at least 1, received " + n);
          }
          for (double epsilon : each) {
            cases.add(new Case(kind, n, epsilon, weights));
          }
        }
      }
    }
    return cases;
  }
}
