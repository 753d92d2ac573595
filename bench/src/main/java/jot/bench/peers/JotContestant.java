package jot.bench.peers;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solution;
import jot.Solver;
import jot.bench.Version;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * jot in this process. A solve includes what a caller pays: the checks of the input, memory, and
 * the plan as an array. Of a backward pass only the backward call counts; each has a forward pass
 * of its own before it, in a layer whose memory is there already.
 */
final class JotContestant implements Contestant {

  /** Below the residual of any plan, so that the iterations are done. */
  private static final double NEVER = Double.MIN_NORMAL;

  /** The smallest tolerance with which sweeps take a kernel of F32, as peers do in F32. */
  private static final double NARROW = 1e-6;

  /** Of the forward pass before a backward pass. */
  private static final double FORWARD_TOLERANCE = 1e-9;

  /** Elimination costs n³, and beyond this too much of a run's time. */
  private static final int MOST_DENSE = 2048;

  private static final String ON_POINTS = " on points";

  private final double maxSeconds;
  private final List<JotRuns> open = new ArrayList<>();
  private @Nullable Problem problem;

  /** Solves take at most about so long. */
  JotContestant(double maxSeconds) {
    this.maxSeconds = maxSeconds;
  }

  @Override
  public String name() {
    return "jot";
  }

  @Override
  public String version() {
    return Version.text();
  }

  @Override
  public void take(Problem next) {
    close();
    problem = next;
  }

  private Problem problem() {
    if (problem == null) {
      throw new IllegalStateException("no problem was taken");
    }
    return problem;
  }

  @Override
  public List<String> solvers() {
    Task task = problem().task();
    List<String> solvers =
        new ArrayList<>(
            switch (task.work()) {
              case SWEEP -> List.of("log", "scaling");
              case SOLVE, COLD -> List.of("auto");
              case BACKWARD -> task.n() > MOST_DENSE ? List.of("auto") : List.of("auto", "dense");
            });
    if (task.cost() == CostKind.POINTS && task.work() != Work.BACKWARD) {
      solvers.add((task.work() == Work.SWEEP ? "log" : "auto") + ON_POINTS);
    }
    return solvers;
  }

  @Override
  public Prepared prepare(String solver, int iterations) throws PeerException {
    Task task = problem().task();
    JotRuns runs = task.work() == Work.BACKWARD ? backward(solver) : forward(solver, iterations);
    open.add(runs);
    runs.warmUp(maxSeconds);
    return runs;
  }

  /** A solve, or so many sweeps: with a tolerance that they do not reach. */
  private JotRuns forward(String solver, int iterations) throws PeerException {
    Task task = problem().task();
    if (iterations <= 0) {
      return forward(solver, 1_000_000, task.tolerance());
    }
    if (task.dtype() == DType.F32) {
      JotRuns narrow = forward(solver, iterations, NARROW);
      narrow.run();
      if (narrow.iterations() == iterations) {
        return narrow;
      }
      narrow.close();
    }
    return forward(solver, iterations, NEVER);
  }

  private JotRuns forward(String solver, int iterations, double tolerance) {
    Problem numbers = problem();
    Task task = numbers.task();
    boolean points = solver.endsWith(ON_POINTS);
    String name = points ? solver.substring(0, solver.length() - ON_POINTS.length()) : solver;
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(numbers.epsilon())
            .threads(task.threads())
            .solver(Solver.valueOf(name.toUpperCase(Locale.ROOT)))
            .tolerance(tolerance)
            .maxIterations(iterations)
            .build();
    Tensor x = numbers.x();
    Tensor y = numbers.y();
    jot.Problem given =
        points && x != null && y != null
            ? jot.Problem.of(new PointCloud(x, y))
            : jot.Problem.of(numbers.cost());
    return new Forward(sinkhorn, given.weights(numbers.a(), numbers.b()));
  }

  private JotRuns backward(String solver) {
    Problem numbers = problem();
    Task task = numbers.task();
    SinkhornLayer layer =
        Sinkhorn.builder()
            .epsilon(numbers.epsilon())
            .threads(task.threads())
            .tolerance(task.dtype() == DType.F64 ? FORWARD_TOLERANCE : 1e-4)
            .maxIterations(1_000_000)
            .linearSolver(solver.equals("dense") ? LinearSolver.DENSE : LinearSolver.AUTO)
            .linearTolerance(task.tolerance())
            .errorEstimate(false)
            .build()
            .layer(task.dtype(), task.batch(), task.n(), task.n());
    return new Backward(layer, numbers);
  }

  /** Drops what was prepared. */
  @Override
  public void close() {
    open.forEach(JotRuns::close);
    open.clear();
  }

  /** From a problem to its plan. */
  private static final class Forward extends JotRuns {
    private final Sinkhorn sinkhorn;
    private final jot.Problem problem;
    private @Nullable Solution last;

    Forward(Sinkhorn sinkhorn, jot.Problem problem) {
      this.sinkhorn = sinkhorn;
      this.problem = problem;
    }

    @Override
    double run() {
      long start = System.nanoTime();
      close();
      Solution solution = sinkhorn.solve(problem);
      solution.plan();
      last = solution;
      return (System.nanoTime() - start) * 1e-9;
    }

    private Solution last() {
      if (last == null) {
        throw new IllegalStateException("nothing has run");
      }
      return last;
    }

    @Override
    public int iterations() {
      int most = 0;
      for (int k = 0; k < last().batch(); k++) {
        most = Math.max(most, last().iterations(k));
      }
      return most;
    }

    @Override
    public Tensor result(Arena arena) {
      return last().plan();
    }

    @Override
    void close() {
      if (last != null) {
        last.close();
        last = null;
      }
    }
  }

  /** From ∂ℓ/∂P to ∂ℓ/∂C. */
  private static final class Backward extends JotRuns {
    private final SinkhornLayer layer;
    private final Problem numbers;
    private @Nullable Tensor gradient;
    private int steps = -1;

    Backward(SinkhornLayer layer, Problem numbers) {
      this.layer = layer;
      this.numbers = numbers;
    }

    @Override
    double run() {
      layer.forward(numbers.cost(), numbers.a(), numbers.b());
      long start = System.nanoTime();
      var gradients = layer.backward(numbers.gradient());
      double seconds = (System.nanoTime() - start) * 1e-9;
      gradient = gradients.cost();
      steps = 0;
      for (int k = 0; k < numbers.task().batch(); k++) {
        steps = Math.max(steps, gradients.steps(k));
      }
      return seconds;
    }

    @Override
    public int iterations() {
      return steps;
    }

    /** A copy: the layer goes on using its own. */
    @Override
    public Tensor result(Arena arena) {
      if (gradient == null) {
        throw new IllegalStateException("nothing has run");
      }
      return gradient.copyTo(arena, gradient.dtype());
    }

    @Override
    void close() {
      layer.close();
    }
  }
}
