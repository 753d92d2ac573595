package jot.bench.demo;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import jot.Gradients;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.tensor.Tensor;

/**
 * The implicit gradient of ℓ = ⟨W,P⟩ beside central differences of ℓ, along random directions of
 * the cost, of the marginals and of ε. Central differences with one Richardson step: the error of a
 * step h is of the order h⁴.
 */
final class GradientCheck {

  /** Directions that are tried. */
  static final int ROWS = 5;

  /** The two may differ by so much of the larger. */
  private static final double TOLERANCE = 1e-5;

  private final Sinkhorn sinkhorn;
  private final double[][] cost;
  private final double[] a;
  private final double[] b;
  private final double epsilon;
  private final double[][] weights;
  private final Runnable done;

  /** One direction. */
  record Row(String along, double implicit, double differences) {
    double relativeDifference() {
      return Math.abs(implicit - differences) / Math.max(Math.abs(implicit), Math.abs(differences));
    }

    boolean agrees() {
      return relativeDifference() <= TOLERANCE;
    }
  }

  /** Prepares the check between the pixels that have mass. {@code done} runs after each row. */
  GradientCheck(
      Sinkhorn sinkhorn,
      PixelGrid grid,
      double[] from,
      double[] to,
      double epsilon,
      Runnable done) {
    int[] rows = Matching.withMass(from);
    int[] columns = Matching.withMass(to);
    this.sinkhorn = sinkhorn;
    this.epsilon = epsilon;
    this.done = done;
    this.a = IntStream.of(rows).mapToDouble(p -> from[p]).toArray();
    this.b = IntStream.of(columns).mapToDouble(p -> to[p]).toArray();
    this.cost = new double[rows.length][columns.length];
    this.weights = new double[rows.length][columns.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        cost[i][j] = grid.cost(rows[i], columns[j]);
        weights[i][j] = Math.sin(0.3 * grid.x(rows[i]) + 0.5 * grid.y(columns[j]));
      }
    }
  }

  /** Rows and columns of the plan. */
  String size() {
    return a.length + " × " + b.length;
  }

  List<Row> run() {
    List<Row> table = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        Solution solution = sinkhorn.solve(problem(arena, cost, a, b, epsilon))) {
      Gradients gradients = solution.vjp(Tensor.of(arena, weights));
      SplittableRandom random = new SplittableRandom(7);
      table.add(alongCost("cost, direction 1", gradients, random));
      table.add(alongCost("cost, direction 2", gradients, random));
      table.add(alongMarginals("marginals, direction 1", gradients, random));
      table.add(alongMarginals("marginals, direction 2", gradients, random));
      double differences = derivative(h -> loss(cost, a, b, epsilon + h), 0.01 * epsilon);
      table.add(new Row("ε", gradients.epsilon(), differences));
    }
    return table;
  }

  private Row alongCost(String name, Gradients gradients, SplittableRandom random) {
    double[][] direction = new double[a.length][b.length];
    double implicit = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        direction[i][j] = random.nextDouble(-1, 1);
        implicit += gradients.cost().get(i, j) * direction[i][j];
      }
    }
    return new Row(
        name,
        implicit,
        derivative(h -> loss(moved(cost, direction, h), a, b, epsilon), 0.01 * epsilon));
  }

  /** Every weight changes by a random share of itself; the common mass changes too. */
  private Row alongMarginals(String name, Gradients gradients, SplittableRandom random) {
    double[] alongA =
        IntStream.range(0, a.length).mapToDouble(i -> a[i] * random.nextDouble()).toArray();
    double[] alongB =
        IntStream.range(0, b.length).mapToDouble(j -> b[j] * random.nextDouble()).toArray();
    double mass = sum(alongA);
    double scale = mass / sum(alongB);
    double implicit = mass * gradients.mass();
    for (int i = 0; i < a.length; i++) {
      implicit += gradients.a().getFlat(i) * alongA[i];
    }
    for (int j = 0; j < b.length; j++) {
      alongB[j] *= scale;
      implicit += gradients.b().getFlat(j) * alongB[j];
    }
    return new Row(
        name,
        implicit,
        derivative(h -> loss(cost, moved(a, alongA, h), moved(b, alongB, h), epsilon), 0.02));
  }

  /** f′(0) to order h⁴. */
  private double derivative(DoubleUnaryOperator f, double h) {
    double near = (f.applyAsDouble(h) - f.applyAsDouble(-h)) / (2 * h);
    double far = (f.applyAsDouble(2 * h) - f.applyAsDouble(-2 * h)) / (4 * h);
    done.run();
    return (4 * near - far) / 3;
  }

  private double loss(double[][] cost, double[] a, double[] b, double epsilon) {
    try (Arena arena = Arena.ofShared();
        Solution solution = sinkhorn.solve(problem(arena, cost, a, b, epsilon))) {
      double[][] plan = solution.plan().toMatrix();
      double loss = 0;
      for (int i = 0; i < plan.length; i++) {
        for (int j = 0; j < plan[i].length; j++) {
          loss += weights[i][j] * plan[i][j];
        }
      }
      return loss;
    }
  }

  private static Problem problem(
      Arena arena, double[][] cost, double[] a, double[] b, double epsilon) {
    return Problem.of(Tensor.of(arena, cost))
        .weights(Tensor.vector(arena, a), Tensor.vector(arena, b))
        .epsilon(epsilon);
  }

  private static double[][] moved(double[][] from, double[][] direction, double h) {
    return IntStream.range(0, from.length)
        .mapToObj(i -> moved(from[i], direction[i], h))
        .toArray(double[][]::new);
  }

  private static double[] moved(double[] from, double[] direction, double h) {
    return IntStream.range(0, from.length).mapToDouble(k -> from[k] + h * direction[k]).toArray();
  }

  private static double sum(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(k -> values[k]).sum();
  }
}
