package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleFunction;
import jot.Problem;
import jot.Solution;
import jot.Status;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Gradients of random losses on random problems against central differences of converged solutions.
 *
 * <p>A direction moves the exponents (f + g − C)/ε of the plan; N is the Euclidean norm of that
 * move times ε. The step h moves no exponent by more than 1e-2: for a cost that is 1e-2 ε, for
 * weights a hundredth of the smallest. With one Richardson step the differences are then off by
 * about 1e-9 of N·max|P∘G|/ε, and by their rounding, 2⁻⁵³·√(mn)/1e-2 of it times the condition of
 * the problem; the tolerance is 1e-6 of it. Perturbed problems that do not reach the floor of the
 * arithmetic are discarded; more than one in twenty fails the class.
 */
class GradientProperties {

  private static final int TRIES = 100;
  private static final double TOLERANCE = 1e-6;
  private static final double MOVE = 1e-2;

  private static final DiscardCount DISCARDS = new DiscardCount(0.05);

  /** Shape, ε relative to the reduced range of the cost, and the seed of all the rest. */
  record Draw(int m, int n, double relativeEpsilon, long seed) {

    Problems.Case problem(Random random) {
      return Problems.random(random, m, n, relativeEpsilon);
    }
  }

  @Provide
  static Arbitrary<Draw> draws() {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 40);
    Arbitrary<Double> logEpsilon = Arbitraries.doubles().between(-2, 1);
    return Combinators.combine(sizes, sizes, logEpsilon, Arbitraries.longs())
        .as((m, n, e, seed) -> new Draw(m, n, Math.pow(10, e), seed));
  }

  @AfterContainer
  static void few_draws_were_discarded() {
    DISCARDS.check();
  }

  /** A direction: problems along it, the derivative that the gradient predicts, and its norm N. */
  private record Direction(
      DoubleFunction<Problem> at, double predicted, double norm, double step) {}

  private void check(Draw draw, Answer base, SmoothLoss loss, double epsilon, Direction direction) {
    double[][] pull = Matrices.times(base.plan(), loss.gradient(base.plan()));
    double unit = direction.norm() * Matrices.maxAbs(pull) / epsilon;
    boolean[] floor = {base.atFloor()};
    double differences =
        Differences.central(
            direction.step(),
            unit,
            t -> {
              Answer moved =
                  Answer.solve(
                      Answer.toTheFloor(epsilon).build(),
                      direction
                          .at()
                          .apply(t)
                          .warmStart(Answer.vector(base.f()), Answer.vector(base.g())),
                      null);
              floor[0] &= moved.atFloor();
              return loss.value(moved.plan());
            });
    if (DISCARDS.keep(floor[0])) {
      assertThat(Math.abs(direction.predicted() - differences))
          .as(
              "%s: %s predicted, %s measured, unit %s",
              draw, direction.predicted(), differences, unit)
          .isLessThanOrEqualTo(TOLERANCE * unit);
    }
  }

  private static double norm(double[][] x) {
    return Math.sqrt(Matrices.inner(x, x));
  }

  private static SmoothLoss loss(Random random, Problems.Case p) {
    double scale = Matrices.maxAbs(p.a()) * Matrices.maxAbs(p.b());
    return SmoothLoss.random(random, p.rows(), p.columns(), scale);
  }

  private static Answer base(Problems.Case p, SmoothLoss loss) {
    return Answer.solve(Answer.toTheFloor(p.epsilon()).build(), p, loss::gradient);
  }

  @Property(tries = TRIES)
  void gradient_of_cost_equals_central_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    Problems.Case p = draw.problem(random);
    SmoothLoss loss = loss(random, p);
    Answer base = base(p, loss);
    double[][] dc = Matrices.gaussian(random, p.rows(), p.columns());
    check(
        draw,
        base,
        loss,
        p.epsilon(),
        new Direction(
            t -> Answer.problem(p.withCost(Matrices.plus(p.cost(), t, dc))),
            Matrices.inner(base.gradients().cost(), dc),
            norm(dc),
            MOVE * p.epsilon() / Matrices.maxAbs(dc)));
  }

  @Property(tries = TRIES)
  void gradients_of_weights_equal_central_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    Problems.Case p = draw.problem(random);
    double[] da = Matrices.centred(Matrices.gaussian(random, p.rows()));
    double[] db = Matrices.centred(Matrices.gaussian(random, p.columns()));
    checkWeights(draw, random, p, da, db, 0);
  }

  @Property(tries = TRIES)
  void mass_derivative_equals_central_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    Problems.Case p = draw.problem(random);
    double[][] gain = Problems.weights(random, p.rows(), p.columns(), 1);
    checkWeights(draw, random, p, gain[0], gain[1], 1);
  }

  /** Two clusters hardly touch: the plan bends long before weights have moved by a hundredth. */
  @Example
  void stiff_plans_have_their_derivatives_too() {
    mass_derivative_equals_central_differences(new Draw(7, 4, 0.013803842646028845, -35));
    mass_derivative_equals_central_differences(new Draw(7, 4, 0.0223872113856834, -35));
  }

  private void checkWeights(
      Draw draw, Random random, Problems.Case p, double[] da, double[] db, double mass) {
    SmoothLoss loss = loss(random, p);
    Answer base = base(p, loss);
    double[][] move =
        Matrices.of(
            p.rows(),
            p.columns(),
            (i, j) -> Math.abs(da[i] / p.a()[i]) + Math.abs(db[j] / p.b()[j]));
    if (Matrices.maxAbs(move) == 0) {
      return; // 1×1: there is no direction
    }
    Answer.Gradient gradient = base.gradients();
    check(
        draw,
        base,
        loss,
        p.epsilon(),
        new Direction(
            t ->
                Answer.problem(
                    p.withWeights(Matrices.plus(p.a(), t, da), Matrices.plus(p.b(), t, db))),
            Matrices.inner(gradient.a(), da)
                + Matrices.inner(gradient.b(), db)
                + mass * gradient.mass(),
            p.epsilon() * norm(move),
            MOVE / Matrices.maxAbs(move)));
  }

  @Property(tries = TRIES)
  void gradient_of_epsilon_equals_central_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    Problems.Case p = draw.problem(random);
    SmoothLoss loss = loss(random, p);
    Answer base = base(p, loss);
    double[][] exponents =
        Matrices.of(
            p.rows(),
            p.columns(),
            (i, j) -> (base.f()[i] + base.g()[j] - p.cost()[i][j]) / p.epsilon());
    // What rows and columns share drops out of the derivative, so the norm leaves it out.
    double[][] interaction = Matrices.doublyCentred(p.cost());
    check(
        draw,
        base,
        loss,
        p.epsilon(),
        new Direction(
            t -> Answer.problem(p).epsilon(p.epsilon() + t),
            base.gradients().epsilon(),
            Math.max(norm(interaction) / p.epsilon(), 1e-4 * norm(exponents)),
            MOVE * p.epsilon() / Math.max(1, Matrices.maxAbs(exponents))));
  }

  @Property(tries = TRIES)
  void gradients_of_positions_equal_central_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    int dimensions = 1 + random.nextInt(3);
    double[][] x = Problems.points(random, draw.m(), dimensions);
    double[][] y = Problems.points(random, draw.n(), dimensions);
    double[][] dx = Matrices.gaussian(random, draw.m(), dimensions);
    double[][] dy = Matrices.gaussian(random, draw.n(), dimensions);
    double[][] cost = Problems.squaredDistances(x, y);
    double[][] weights = Problems.weights(random, draw.m(), draw.n(), 1);
    double epsilon = draw.relativeEpsilon() * Problems.range(cost);
    Problems.Case p = new Problems.Case(cost, weights[0], weights[1], epsilon);
    SmoothLoss loss = loss(random, p);
    double predicted;
    Answer base;
    try (Solution s = Answer.toTheFloor(epsilon).build().solve(cloud(p, x, y))) {
      base = Answer.of(s, 0, null);
      var positions = s.vjp(Answer.tensor(loss.gradient(base.plan()))).positions();
      predicted =
          Matrices.inner(positions.x().toMatrix(), dx)
              + Matrices.inner(positions.y().toMatrix(), dy);
    }
    double[][] dc =
        Matrices.plus(
            Problems.squaredDistances(Matrices.plus(x, 0.5, dx), Matrices.plus(y, 0.5, dy)),
            -1,
            Problems.squaredDistances(Matrices.plus(x, -0.5, dx), Matrices.plus(y, -0.5, dy)));
    double curve = norm(Problems.squaredDistances(dx, dy));
    check(
        draw,
        base,
        loss,
        epsilon,
        new Direction(
            t -> cloud(p, Matrices.plus(x, t, dx), Matrices.plus(y, t, dy)),
            predicted,
            norm(dc) + Math.sqrt(epsilon * curve),
            MOVE * epsilon / (Matrices.maxAbs(dc) + Math.sqrt(epsilon * curve))));
  }

  private static Problem cloud(Problems.Case p, double[][] x, double[][] y) {
    return Problem.of(new PointCloud(Answer.tensor(x), Answer.tensor(y)))
        .weights(Answer.vector(p.a()), Answer.vector(p.b()));
  }

  /**
   * F32 costs are off by half an ulp of the largest, which the exponents take as that over ε. The
   * unit is max|P∘G|/ε: next to a vertex ∂C itself falls like e^(−range/ε), and the weights, as
   * doubles, do not tell its digits.
   */
  @Property(tries = TRIES)
  void gradient_with_single_precision_costs_is_near_that_with_double(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    int m = draw.m() + 1;
    int n = draw.n() + 1;
    double[][] cost = Matrices.of(m, n, (i, j) -> random.nextDouble());
    double[][] weights = Problems.weights(random, m, n, 1);
    double epsilon = draw.relativeEpsilon() * Problems.range(cost);
    Problems.Case p = new Problems.Case(cost, weights[0], weights[1], epsilon);
    double[][] w = Matrices.gaussian(random, m, n);
    Answer exact = Answer.solve(p, w);
    Problem single =
        Problem.of(Answer.single(cost)).weights(Answer.vector(p.a()), Answer.vector(p.b()));
    try (Solution s = Answer.toTheFloor(epsilon).build().solve(single)) {
      assertThat(s.plan().dtype()).isEqualTo(DType.F32);
      if (DISCARDS.keep(exact.atFloor() && s.status() != Status.MAX_ITERATIONS)) {
        double[][] gradient = s.vjp(Answer.tensor(w)).cost().toMatrix();
        double unit = Matrices.maxAbs(Matrices.times(exact.plan(), w)) / epsilon;
        double error = Matrices.maxDifference(gradient, exact.gradients().cost()) / unit;
        double bound = 64 * 0x1p-24 * Matrices.maxAbs(cost) / epsilon;
        assertThat(error).as("%s", draw).isLessThan(bound).isNotZero();
      }
    }
  }

  /** Mass moves to rows and columns that have none: the derivative is one-sided. */
  @Property(tries = TRIES / 2)
  void gradients_of_zero_weights_equal_one_sided_differences(@ForAll("draws") Draw draw) {
    Random random = new Random(draw.seed());
    Problems.Case positive =
        new Draw(draw.m() + 1, draw.n() + 1, draw.relativeEpsilon(), 0).problem(random);
    double[] a = positive.a().clone();
    double[] b = positive.b().clone();
    int row = random.nextInt(a.length);
    int column = random.nextInt(b.length);
    a[row] = 0;
    b[column] = 0;
    Problems.Case p = positive.withWeights(Problems.normalised(a, 1), Problems.normalised(b, 1));
    SmoothLoss loss = loss(random, p);
    Answer base = base(p, loss);
    // One side at a time: with both, a pair of new rows and columns is smooth only below
    // e^(−range/ε).
    checkOneSided(draw, p, loss, base, towards(a.length, row), new double[b.length]);
    checkOneSided(draw, p, loss, base, new double[a.length], towards(b.length, column));
  }

  private static void checkOneSided(
      Draw draw, Problems.Case p, SmoothLoss loss, Answer base, double[] da, double[] db) {
    double predicted =
        Matrices.inner(base.gradients().a(), da) + Matrices.inner(base.gradients().b(), db);
    double smallest =
        Math.min(
            Arrays.stream(p.a()).filter(v -> v > 0).min().orElseThrow(),
            Arrays.stream(p.b()).filter(v -> v > 0).min().orElseThrow());
    boolean[] floor = {base.atFloor()};
    double differences =
        Differences.oneSided(
            1e-3 * smallest,
            t -> {
              Answer moved =
                  Answer.solve(
                      p.withWeights(Matrices.plus(p.a(), t, da), Matrices.plus(p.b(), t, db)));
              floor[0] &= moved.atFloor();
              return loss.value(moved.plan());
            });
    if (DISCARDS.keep(floor[0])) {
      // Third order at 1e-3 of the smallest weight: 1e-9·c; rounding 2⁻⁵³/1e-3·c, c up to 1e3.
      double unit = Matrices.maxAbs(loss.gradient(base.plan()));
      assertThat(Math.abs(predicted - differences))
          .as("%s: %s predicted, %s measured", draw, predicted, differences)
          .isLessThanOrEqualTo(2 * TOLERANCE * unit);
    }
  }

  /** One unit of mass to this entry, taken from the others alike. */
  private static double[] towards(int n, int k) {
    double[] d = Matrices.filled(n, -1.0 / (n - 1));
    d[k] = 1;
    return d;
  }
}
