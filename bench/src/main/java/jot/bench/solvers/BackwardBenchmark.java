package jot.bench.solvers;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import jot.Gradients;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.tensor.DType;
import jot.tensor.Tensor;

/**
 * Times the backward pass by conjugate gradients with either preconditioner, with the one that the
 * library chooses, and by elimination: in turns, each in a layer of its own whose memory is there
 * already. The forward pass before each does not count.
 */
final class BackwardBenchmark {

  private static final List<LinearSolver> SOLVERS =
      List.of(LinearSolver.CG_DIAGONAL, LinearSolver.CG_GRAPH, LinearSolver.CG, LinearSolver.DENSE);

  private final double tolerance;

  BackwardBenchmark(double tolerance) {
    this.tolerance = tolerance;
  }

  BackwardRow run(Case problem) {
    try (Arena arena = Arena.ofShared()) {
      Case.Data data = problem.data(arena);
      Tensor loss = problem.planGradient(arena);
      List<Run> runs = new ArrayList<>();
      try {
        for (LinearSolver solver : SOLVERS) {
          runs.add(new Run(solver, layer(data, problem.n(), solver), data, loss));
        }
        for (Run run : runs) {
          while (run.times.isCold()) {
            run.times.warmUp(run.pass());
          }
        }
        while (runs.stream().anyMatch(run -> run.times.wantsMore())) {
          for (Run run : runs) {
            if (run.times.wantsMore()) {
              run.times.add(run.pass());
            }
          }
        }
        Tensor dense = runs.get(SOLVERS.indexOf(LinearSolver.DENSE)).gradient();
        return new BackwardRow(problem, runs.stream().map(run -> run.entry(dense)).toList());
      } finally {
        runs.forEach(run -> run.layer.close());
      }
    }
  }

  private SinkhornLayer layer(Case.Data data, int n, LinearSolver linear) {
    return Sinkhorn.builder()
        .epsilon(data.epsilon())
        .tolerance(tolerance)
        .linearSolver(linear)
        .errorEstimate(false)
        .build()
        .layer(DType.F64, 1, n, n);
  }

  /** One solver at work, and how its last pass ended. */
  private static final class Run {
    private final LinearSolver solver;
    private final SinkhornLayer layer;
    private final Case.Data data;
    private final Tensor loss;
    private final Times times = new Times();

    Run(LinearSolver solver, SinkhornLayer layer, Case.Data data, Tensor loss) {
      this.solver = solver;
      this.layer = layer;
      this.data = data;
      this.loss = loss;
    }

    /** Seconds of the backward pass. */
    double pass() {
      layer.forward(data.cost(), data.a(), data.b());
      long start = System.nanoTime();
      layer.backward(loss);
      return (System.nanoTime() - start) * 1e-9;
    }

    Tensor gradient() {
      layer.forward(data.cost(), data.a(), data.b());
      return layer.backward(loss).cost();
    }

    BackwardRow.Entry entry(Tensor dense) {
      layer.forward(data.cost(), data.a(), data.b());
      Gradients last = layer.backward(loss);
      return new BackwardRow.Entry(
          solver,
          last.steps(0),
          last.fill(0),
          last.status().name(),
          times,
          difference(last.cost(), dense));
    }
  }

  private static double difference(Tensor x, Tensor y) {
    double difference = 0;
    double largest = 0;
    long count = x.shape().problemElements();
    for (long k = 0; k < count; k++) {
      difference = Math.max(difference, Math.abs(x.getFlat(k) - y.getFlat(k)));
      largest = Math.max(largest, Math.abs(y.getFlat(k)));
    }
    return largest == 0 ? difference : difference / largest;
  }
}
