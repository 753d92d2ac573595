package jot.bench;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import jot.EpsilonSchedule;
import jot.Gradients;
import jot.LinearSolver;
import jot.LinearStatus;
import jot.ProgressListener;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot solve}: numpy files in, numpy files and a report out. */
@Command(
    name = "solve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "jot solve --cost C.npy --epsilon E --out DIR [OPTIONS]%n",
    description = {
      "Solves entropic optimal transport: finds the plan P ≥ 0 with row sums a and column sums b"
          + " that minimises <P,C> − ε h(P), and on demand the gradient of a loss of that plan.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  jot solve --cost C.npy --epsilon 0.01 --out result",
      "  jot solve --cost C.npy --a a.npy --b b.npy --epsilon 0.01 --sharp --out result",
      "",
      "Written to --out: plan.npy, f.npy, g.npy (the potentials), report.json; with a",
      "gradient also grad_cost.npy, and grad_a.npy and grad_b.npy, both centred: the",
      "derivative by the common mass is grad_mass in the report, by ε grad_epsilon.",
      "",
      "Arrays are numpy's, '<f4' or '<f8' in C order: numpy.save(path, array).",
      "A cost of +inf forbids a pair. Costs (batch, m, n) are solved as one batch, and",
      "the report's figures are then arrays.",
      "",
      "Exit code: 0 converged; 3 not converged (all is written, the report says so);",
      "2 bad input (nothing is written); 1 anything else."
    })
final class SolveCommand implements Callable<Integer> {

  /** At most one of the two losses. */
  static final class Loss {
    @Option(
        names = "--plan-gradient",
        paramLabel = "G.npy",
        required = true,
        description = "Derivative of your loss by the plan, of the cost's shape: pull it back.")
    @Nullable Path planGradient;

    @Option(names = "--sharp", required = true, description = "Differentiate the sharp cost <P,C>.")
    boolean sharp;
  }

  @Spec CommandSpec spec;

  @Option(
      names = "--cost",
      required = true,
      paramLabel = "C.npy",
      description = "Costs, (m, n) or (batch, m, n).")
  Path cost;

  @Option(
      names = "--a",
      paramLabel = "a.npy",
      description = "Weights of the rows, (m,) or (batch, m). Default: uniform, of sum 1.")
  @Nullable Path a;

  @Option(
      names = "--b",
      paramLabel = "b.npy",
      description = "Weights of the columns, (n,) or (batch, n). Default: uniform, of sum 1.")
  @Nullable Path b;

  @Option(
      names = "--epsilon",
      required = true,
      split = ",",
      paramLabel = "E",
      description =
          "Regularisation, in the unit of the cost; for a batch also one per problem,"
              + " separated by commas.")
  double[] epsilon;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      defaultValue = "1e-6",
      description = "Stop when Σ|P1 − a| ≤ T Σa. Default: ${DEFAULT-VALUE}.")
  double tolerance;

  @Option(
      names = "--max-iterations",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Stop after N iterations at the latest. Default: ${DEFAULT-VALUE}.")
  int maxIterations;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      defaultValue = "AUTO",
      completionCandidates = SolverNames.class,
      description = "Forward solver: ${COMPLETION-CANDIDATES}. Default: auto.")
  Solver solver;

  @Option(
      names = "--epsilon-schedule",
      paramLabel = "F",
      description =
          "Come down to ε from a quarter of the cost's range: by this factor, or 'adaptive'."
              + " Default: begin at ε.")
  @Nullable String schedule;

  @Option(
      names = "--linear-solver",
      paramLabel = "NAME",
      defaultValue = "AUTO",
      description =
          "Solver of the gradient's linear system: auto, dense, cholesky, cg, or to compare"
              + " cg_diagonal, cg_graph. Default: auto.")
  LinearSolver linearSolver;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = {
        "reference, vector or cuda. Default: cuda where it can run; else reference for costs of at"
            + " most 16 MB, which are solved before vector code is compiled; else the fastest that"
            + " can run, see jot doctor."
      })
  @Nullable String backend;

  @Option(
      names = "--dtype",
      paramLabel = "f32|f64",
      description = "Convert the cost first; the plan has its type. Default: as in the file.")
  @Nullable DType dtype;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to use. Default: all. The answer does not depend on it.")
  @Nullable Integer threads;

  @ArgGroup @Nullable Loss loss;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the results. It is made; other files in it are kept.")
  Path out;

  @Option(names = "--quiet", description = "Print nothing but errors.")
  boolean quiet;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  SolveCommand() {}

  @Override
  public Integer call() {
    try (Arena arena = Arena.ofShared();
        TerminalProgress progress = TerminalProgress.start(!quiet)) {
      return solve(arena, progress);
    } catch (OutOfMemoryError e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("jot solve: out of memory: solve fewer problems at once, or set --dtype f32");
      err.flush();
      return Jot.FAILED;
    }
  }

  private int solve(Arena arena, TerminalProgress progress) {
    OptionNames names = new OptionNames(this);
    SolveInputs inputs = SolveInputs.read(this, arena);
    Sinkhorn sinkhorn = names.translate(() -> sinkhorn(inputs, progress));
    OutputFolder folder = OutputFolder.at(out);
    long start = System.nanoTime();
    try (Solution solution = names.translate(() -> sinkhorn.solve(inputs.problem()))) {
      final double forward = seconds(start);
      start = System.nanoTime();
      Gradients gradients = names.translate(() -> gradients(solution, inputs));
      double backward = gradients == null ? Double.NaN : seconds(start);
      progress.close();
      folder.fill(
          new SolveResults(solution, gradients, inputs.batched(), forward, backward)::write);
      if (!quiet) {
        say(solution, gradients, forward);
      }
      return solution.converged() && solved(gradients) ? Jot.OK : Jot.NOT_CONVERGED;
    }
  }

  private Sinkhorn sinkhorn(SolveInputs inputs, ProgressListener progress) {
    Sinkhorn.Builder builder =
        Sinkhorn.builder()
            .epsilon(epsilon[0])
            .tolerance(tolerance)
            .maxIterations(maxIterations)
            .solver(solver)
            .epsilonSchedule(schedule())
            .linearSolver(linearSolver)
            .listener(progress);
    String forced = backend == null ? null : backend.toLowerCase(Locale.ROOT);
    String chosen = BackendChoice.of(forced, inputs.costBytes());
    if (chosen != null) {
      builder.backend(chosen);
    }
    if (threads != null) {
      if (threads <= 0) {
        throw new BadInputException(
            "--threads: expected at least 1, received " + threads + ": leave it out to use all");
      }
      builder.threads(threads);
    }
    try {
      return builder.build();
    } catch (IllegalStateException e) { // a backend was forced that cannot run
      throw new BadInputException(
          (backend == null ? "property jot.backend" : "--backend " + backend)
              + ": "
              + Failure.oneLine(e)
              + "; see jot doctor",
          e);
    }
  }

  private EpsilonSchedule schedule() {
    if (schedule == null) {
      return EpsilonSchedule.none();
    }
    if (schedule.equals("adaptive")) {
      return EpsilonSchedule.adaptive();
    }
    try {
      return EpsilonSchedule.factor(Double.parseDouble(schedule));
    } catch (IllegalArgumentException e) { // not a number, or none that ε could be divided by
      throw new BadInputException(
          "--epsilon-schedule: expected a factor above 1 or 'adaptive', received " + schedule, e);
    }
  }

  /** One ε for each problem. */
  double[] epsilon(int batch) {
    double[] each = epsilon;
    if (each.length == 1) {
      each = new double[batch];
      Arrays.fill(each, epsilon[0]);
    }
    return each;
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) * 1e-9;
  }

  private @Nullable Gradients gradients(Solution solution, SolveInputs inputs) {
    if (loss == null) {
      return null;
    }
    return inputs.planGradient() == null
        ? solution.sharpCostGradient()
        : solution.vjp(inputs.planGradient());
  }

  /** A graph that fell apart is solved part by part: its answer is good. */
  private static boolean solved(@Nullable Gradients gradients) {
    return gradients == null || gradients.status() != LinearStatus.TOLERANCE_MISSED;
  }

  private void say(Solution solution, @Nullable Gradients gradients, double seconds) {
    PrintWriter text = spec.commandLine().getOut();
    text.printf(
        Locale.ROOT,
        "%s: %d iterations, residual %.2g, %.3g s (%s, %s backend)%n",
        solution.status(),
        IntStream.range(0, solution.batch()).map(solution::iterations).max().orElse(0),
        IntStream.range(0, solution.batch()).mapToDouble(solution::residual).max().orElse(0),
        seconds,
        SolveResults.solvers(solution),
        solution.backend());
    if (!solution.converged()) {
      text.println(solution.status().message());
    }
    if (gradients != null && gradients.status().compareTo(LinearStatus.SOLVED) > 0) {
      text.println(gradients.status().message());
    }
    text.println("written to " + out);
    text.flush();
  }
}
