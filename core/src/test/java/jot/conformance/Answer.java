package jot.conformance;

import java.lang.foreign.Arena;
import java.util.function.UnaryOperator;
import jot.Gradients;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.Status;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Everything a solution of one problem says, copied to the heap so that it can be closed. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(
    double[][] plan,
    double[] f,
    double[] g,
    Status status,
    double residual,
    int iterations,
    double sharp,
    double entropic,
    double kl,
    @Nullable Gradient gradient) {

  /** One problem's gradients on the heap. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Gradient(double[][] cost, double[] a, double[] b, double mass, double epsilon) {

    static Gradient of(Gradients g) {
      return of(g, 0);
    }

    static Gradient of(Gradients g, int problem) {
      return new Gradient(
          g.cost().problem(problem).toMatrix(),
          g.a().problem(problem).toArray(),
          g.b().problem(problem).toArray(),
          g.mass(problem),
          g.epsilon(problem));
    }
  }

  /** Whether the solve ran until nothing more could be gained. */
  boolean atFloor() {
    return status == Status.CONVERGED || status == Status.PRECISION_LIMIT;
  }

  Gradient gradients() {
    if (gradient == null) {
      throw new IllegalStateException("no plan gradient was given");
    }
    return gradient;
  }

  // ---- solving ----

  /** A builder that runs to the floor of the arithmetic. */
  static Sinkhorn.Builder toTheFloor(double epsilon) {
    return Sinkhorn.builder().epsilon(epsilon).tolerance(1e-15).maxIterations(100_000);
  }

  static Answer solve(Problems.Case p) {
    return solve(toTheFloor(p.epsilon()).build(), p, null);
  }

  /** Solves to the floor and takes the gradient of ⟨w,P⟩. */
  static Answer solve(Problems.Case p, double[][] w) {
    return solve(toTheFloor(p.epsilon()).build(), p, plan -> w);
  }

  /** Solves, and takes the gradient for a plan gradient that may depend on the plan. */
  static Answer solve(
      Sinkhorn sinkhorn, Problems.Case p, @Nullable UnaryOperator<double[][]> planGradient) {
    return solve(sinkhorn, problem(p), planGradient);
  }

  static Answer solve(
      Sinkhorn sinkhorn, Problem problem, @Nullable UnaryOperator<double[][]> planGradient) {
    try (Solution s = sinkhorn.solve(problem)) {
      Answer forward = of(s, 0, null);
      if (planGradient == null) {
        return forward;
      }
      double[][] gradient = planGradient.apply(forward.plan());
      return of(s, 0, Gradient.of(s.vjp(tensor(gradient))));
    }
  }

  static Answer of(Solution s, int problem, @Nullable Gradient gradient) {
    return new Answer(
        s.plan().problem(problem).toMatrix(),
        s.f().problem(problem).toArray(),
        s.g().problem(problem).toArray(),
        s.status(problem),
        s.residual(problem),
        s.iterations(problem),
        s.sharpCost(problem),
        s.entropicCost(problem),
        s.klCost(problem),
        gradient);
  }

  static Problem problem(Problems.Case p) {
    return Problem.of(tensor(p.cost())).weights(vector(p.a()), vector(p.b()));
  }

  /** Problems of one shape as a batch, each with its own ε. */
  static Problem together(Problems.Case... cases) {
    int batch = cases.length;
    double[][][] costs = new double[batch][][];
    double[][][] a = new double[batch][][];
    double[][][] b = new double[batch][][];
    double[] epsilons = new double[batch];
    for (int k = 0; k < batch; k++) {
      costs[k] = cases[k].cost();
      a[k] = new double[][] {cases[k].a()};
      b[k] = new double[][] {cases[k].b()};
      epsilons[k] = cases[k].epsilon();
    }
    return Problem.of(batch(costs)).weights(batch(a), batch(b)).epsilon(epsilons);
  }

  /** From these potentials on. */
  static Problem problem(Problems.Case p, double[] f, double[] g) {
    return problem(p).warmStart(vector(f), vector(g));
  }

  // ---- memory that any thread may use and the garbage collector frees ----

  static Tensor tensor(double[][] x) {
    return Tensor.of(Arena.ofAuto(), x);
  }

  static Tensor batch(double[][]... batch) {
    return Tensor.of(Arena.ofAuto(), batch);
  }

  static Tensor single(double[][] x) {
    return tensor(x).copyTo(Arena.ofAuto(), DType.F32);
  }

  static Tensor vector(double... x) {
    return Tensor.vector(Arena.ofAuto(), x);
  }
}
