package jot.bench;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import jot.Gradients;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A problem that two backends solve: random costs or points, positive weights, and the gradient of
 * a random linear loss of the plan.
 *
 * @param epsilon in units of the cost, whose range is about 1
 */
record SelfTestCase(
    String name,
    DType dtype,
    boolean points,
    int batch,
    int m,
    int n,
    double epsilon,
    Solver solver,
    LinearSolver linear) {

  /** Every solver, type, geometry and linear solver, at sizes that fill no block evenly. */
  static final List<SelfTestCase> ALL =
      List.of(
          dense("log", DType.F64, 1, 33, 70, 0.1, Solver.LOG, LinearSolver.DENSE),
          dense("log, one row", DType.F64, 1, 1, 300, 0.1, Solver.LOG, LinearSolver.CG),
          dense("log, F32", DType.F32, 2, 65, 41, 0.1, Solver.LOG, LinearSolver.CG),
          dense("scaling", DType.F64, 3, 50, 50, 0.05, Solver.SCALING, LinearSolver.DENSE),
          dense("scaling, F32", DType.F32, 1, 129, 257, 0.05, Solver.SCALING, LinearSolver.CG),
          dense("over-relaxed", DType.F64, 2, 60, 45, 0.05, Solver.OVERRELAXED, LinearSolver.CG),
          dense("anderson", DType.F64, 1, 60, 45, 0.05, Solver.ANDERSON, LinearSolver.DENSE),
          dense("l-bfgs", DType.F64, 1, 60, 45, 0.05, Solver.LBFGS, LinearSolver.DENSE),
          dense("newton", DType.F64, 2, 80, 64, 0.01, Solver.NEWTON, LinearSolver.DENSE),
          dense("larger", DType.F64, 1, 500, 400, 0.1, Solver.LOG, LinearSolver.CG),
          cloud("points", 2, 90, 75, 0.1, Solver.LOG, LinearSolver.CG),
          cloud("points, l-bfgs", 1, 75, 90, 0.05, Solver.LBFGS, LinearSolver.DENSE));

  private static final int DIMENSIONS = 3;

  /** Relative differences that rounding and the tolerance of the solvers explain. */
  private static final double ALLOWED = 1e-6;

  private static SelfTestCase dense(
      String name,
      DType dtype,
      int batch,
      int m,
      int n,
      double epsilon,
      Solver solver,
      LinearSolver linear) {
    return new SelfTestCase(name, dtype, false, batch, m, n, epsilon, solver, linear);
  }

  private static SelfTestCase cloud(
      String name, int batch, int m, int n, double epsilon, Solver solver, LinearSolver linear) {
    return new SelfTestCase(name, DType.F64, true, batch, m, n, epsilon, solver, linear);
  }

  /** What was seen: the largest relative differences, or the failure. */
  record Result(
      String name,
      double plan,
      double potentials,
      double costs,
      double gradients,
      double seconds,
      double referenceSeconds,
      @Nullable String failure) {

    boolean good() {
      return failure == null
          && plan <= ALLOWED
          && potentials <= ALLOWED
          && costs <= ALLOWED
          && gradients <= ALLOWED;
    }

    String line() {
      if (failure != null) {
        return "FAILED  %-16s %s".formatted(name, failure);
      }
      return String.format(
          Locale.ROOT,
          "%-7s %-16s plan %.1e, potentials %.1e, costs %.1e, gradients %.1e; %.1f ms, reference"
              + " %.1f ms",
          good() ? "ok" : "OFF",
          name,
          plan,
          potentials,
          costs,
          gradients,
          1e3 * seconds,
          1e3 * referenceSeconds);
    }

    Map<String, @Nullable Object> json() {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("name", name);
      entry.put("good", good());
      entry.put("plan", plan);
      entry.put("potentials", potentials);
      entry.put("costs", costs);
      entry.put("gradients", gradients);
      entry.put("seconds", seconds);
      entry.put("reference_seconds", referenceSeconds);
      entry.put("failure", failure);
      return entry;
    }
  }

  /** All numbers of a solution and its gradient, and the time of the second of two runs. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Answer(
      double[] plan, double[] potentials, double[] costs, double[] gradients, double seconds) {}

  Result compare(String backend) {
    try (Arena arena = Arena.ofShared()) {
      Answer tested = answer(backend, arena);
      Answer reference = answer("reference", arena);
      return new Result(
          name,
          difference(tested.plan(), reference.plan()),
          difference(tested.potentials(), reference.potentials()),
          difference(tested.costs(), reference.costs()),
          difference(tested.gradients(), reference.gradients()),
          tested.seconds(),
          reference.seconds(),
          null);
    } catch (RuntimeException | LinkageError e) {
      return new Result(name, 1, 1, 1, 1, 0, 0, Failure.oneLine(e));
    }
  }

  /** The largest difference over the largest number. */
  private static double difference(double[] x, double[] y) {
    double largest = 0;
    double apart = 0;
    for (int k = 0; k < y.length; k++) {
      if (Double.compare(x[k], y[k]) == 0) {
        continue; // equal infinities too
      }
      largest = Math.max(largest, Math.abs(y[k]));
      apart = Math.max(apart, Math.abs(x[k] - y[k]));
      if (Double.isNaN(x[k]) || Double.isNaN(y[k])) {
        return Double.POSITIVE_INFINITY;
      }
    }
    return apart == 0 ? 0 : apart / largest;
  }

  private Answer answer(String backend, Arena arena) {
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(epsilon)
            .tolerance(dtype == DType.F64 ? 1e-11 : 1e-8)
            .maxIterations(100_000)
            .solver(solver)
            .linearSolver(linear)
            .backend(backend)
            .build();
    SplittableRandom random = new SplittableRandom(42);
    Problem problem = problem(random, arena);
    Tensor loss = uniform(random, arena, DType.F64, new Shape(batch, m, n));
    Answer answer = null;
    for (int run = 0; run < 2; run++) {
      long start = System.nanoTime();
      try (Solution solution = sinkhorn.solve(problem)) {
        Gradients gradients = solution.vjp(loss);
        double seconds = (System.nanoTime() - start) * 1e-9;
        answer = read(solution, gradients, seconds);
      }
    }
    if (answer == null) {
      throw new IllegalStateException("no run");
    }
    return answer;
  }

  private Problem problem(SplittableRandom random, Arena arena) {
    Tensor a = weights(random, arena, m);
    Tensor b = weights(random, arena, n);
    if (points) {
      Tensor x = uniform(random, arena, DType.F64, new Shape(batch, m, DIMENSIONS));
      Tensor y = uniform(random, arena, DType.F64, new Shape(batch, n, DIMENSIONS));
      return Problem.of(new PointCloud(x, y)).weights(a, b);
    }
    return Problem.of(uniform(random, arena, dtype, new Shape(batch, m, n))).weights(a, b);
  }

  private static Tensor uniform(SplittableRandom random, Arena arena, DType dtype, Shape shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long k = 0; k < shape.elements(); k++) {
      tensor.setFlat(k, random.nextDouble());
    }
    return tensor;
  }

  /** Positive weights that add up to 1. */
  private Tensor weights(SplittableRandom random, Arena arena, int length) {
    Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, length));
    for (int problem = 0; problem < batch; problem++) {
      double sum = 0;
      double[] values = new double[length];
      for (int k = 0; k < length; k++) {
        values[k] = 0.1 + random.nextDouble();
        sum += values[k];
      }
      for (int k = 0; k < length; k++) {
        tensor.set(problem, 0, k, values[k] / sum);
      }
    }
    return tensor;
  }

  private Answer read(Solution solution, Gradients gradients, double seconds) {
    double[] costs = new double[2 * batch];
    for (int problem = 0; problem < batch; problem++) {
      costs[2 * problem] = solution.sharpCost(problem);
      costs[2 * problem + 1] = solution.entropicCost(problem);
    }
    return new Answer(
        solution.plan().toArray(),
        join(solution.f(), solution.g()),
        costs,
        points
            ? join(
                gradients.positions().x(), gradients.positions().y(), gradients.a(), gradients.b())
            : join(gradients.cost(), gradients.a(), gradients.b()),
        seconds);
  }

  private static double[] join(Tensor... tensors) {
    int length = 0;
    for (Tensor tensor : tensors) {
      length += (int) tensor.shape().elements();
    }
    double[] all = new double[length];
    int at = 0;
    for (Tensor tensor : tensors) {
      double[] part = tensor.toArray();
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
