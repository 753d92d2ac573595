package jot.bench.solvers;

import java.lang.foreign.Arena;
import jot.Gradients;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.tensor.DType;
import jot.tensor.Tensor;

/**
 * Times the backward pass by conjugate gradients and by elimination, in turns, each in a layer of
 * its own whose memory is there already. The forward pass before each does not count.
 */
final class BackwardBenchmark {

  private final double tolerance;

  BackwardBenchmark(double tolerance) {
    this.tolerance = tolerance;
  }

  BackwardRow run(Case problem) {
    try (Arena arena = Arena.ofShared();
        SinkhornLayer cg = layer(problem, arena, LinearSolver.CG);
        SinkhornLayer dense = layer(problem, arena, LinearSolver.DENSE)) {
      Case.Data data = problem.data(arena);
      Tensor loss = problem.planGradient(arena);
      Times cgTimes = new Times();
      Times denseTimes = new Times();
      while (cgTimes.isCold()) {
        cgTimes.warmUp(pass(cg, data, loss));
      }
      while (denseTimes.isCold()) {
        denseTimes.warmUp(pass(dense, data, loss));
      }
      while (cgTimes.wantsMore() || denseTimes.wantsMore()) {
        more(cg, data, loss, cgTimes);
        more(dense, data, loss, denseTimes);
      }
      Gradients byCg = cg.backward(loss);
      return new BackwardRow(
          problem,
          byCg.steps(0),
          byCg.status().name(),
          cgTimes,
          denseTimes,
          difference(byCg.cost(), dense.backward(loss).cost()));
    }
  }

  private SinkhornLayer layer(Case problem, Arena arena, LinearSolver linear) {
    return Sinkhorn.builder()
        .epsilon(problem.data(arena).epsilon())
        .tolerance(tolerance)
        .linearSolver(linear)
        .errorEstimate(false)
        .build()
        .layer(DType.F64, 1, problem.n(), problem.n());
  }

  private static void more(SinkhornLayer layer, Case.Data data, Tensor loss, Times times) {
    if (times.wantsMore()) {
      times.add(pass(layer, data, loss));
    }
  }

  /** Seconds of the backward pass. */
  private static double pass(SinkhornLayer layer, Case.Data data, Tensor loss) {
    layer.forward(data.cost(), data.a(), data.b());
    long start = System.nanoTime();
    layer.backward(loss);
    return (System.nanoTime() - start) * 1e-9;
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
