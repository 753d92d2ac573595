package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The oracle itself is held to known answers before anything is held to it. */
@Tag("rounding")
class OracleTest {

  private static BigDecimal big(DoubleDouble x) {
    return new BigDecimal(x.hi()).add(new BigDecimal(x.lo()));
  }

  private static double error(DoubleDouble x, String exact) {
    BigDecimal e = new BigDecimal(exact);
    return big(x).subtract(e).divide(e, MathContext.DECIMAL64).abs().doubleValue();
  }

  @Test
  void exponential_and_logarithm_have_thirty_digits() {
    assertThat(error(DoubleDouble.ONE.exp(), "2.71828182845904523536028747135266249776"))
        .isLessThan(1e-30);
    assertThat(error(DoubleDouble.of(-46).exp(), "1.05306173575538123787633244494281088055e-20"))
        .isLessThan(1e-29);
    assertThat(error(DoubleDouble.of(10).log(), "2.30258509299404568401799145468436420760"))
        .isLessThan(1e-30);
    for (double x : new double[] {1e-30, 3e-7, 0.7, 1, 123.25}) {
      DoubleDouble back = DoubleDouble.of(x).log().exp().minus(x);
      assertThat(Math.abs(back.value()) / x).isLessThan(1e-29);
    }
  }

  @Test
  void quotient_and_root_invert_the_product() {
    DoubleDouble third = DoubleDouble.ONE.dividedBy(3);
    assertThat(error(third, "0.33333333333333333333333333333333333333")).isLessThan(1e-31);
    DoubleDouble two = DoubleDouble.of(2).sqrt();
    assertThat(error(two, "1.41421356237309504880168872420969807856")).isLessThan(1e-31);
  }

  @Test
  void oracle_gives_the_golden_case() {
    Oracle oracle = Oracle.solve(Golden.COST, Golden.A, Golden.B, Golden.EPSILON);
    Oracle.Backward gradient = oracle.backward(Golden.W);
    assertThat(Matrices.maxDifference(oracle.plan(), Golden.PLAN)).isLessThan(1e-16);
    assertThat(Matrices.maxDifference(gradient.costValues(), Golden.GRAD_COST)).isLessThan(1e-15);
    assertThat(Matrices.maxDifference(gradient.aValues(), Golden.GRAD_A)).isLessThan(1e-15);
    assertThat(Matrices.maxDifference(gradient.bValues(), Golden.GRAD_B)).isLessThan(1e-15);
    assertThat(gradient.epsilon().value()).isCloseTo(Golden.GRAD_EPSILON, within(1e-15));
    assertThat(oracle.sharp().value()).isCloseTo(Golden.SHARP, within(1e-15));
    assertThat(oracle.entropic().value()).isCloseTo(Golden.ENTROPIC, within(1e-15));
    assertThat(oracle.inner(Golden.W).value()).isCloseTo(Golden.LOSS, within(1e-15));
    assertThat(gradient.mass().value()).isCloseTo(0.583, within(1e-3));
  }

  @Test
  void oracle_gives_the_closed_form_of_two_by_two() {
    Random random = new Random(11);
    for (int k = 0; k < 20; k++) {
      double[][] c = Matrices.gaussian(random, 2, 2);
      double a = random.nextDouble(0.1, 0.9);
      double b = random.nextDouble(0.1, 0.9);
      double e = random.nextDouble(0.05, 2);
      double[][] p = Oracle.solve(c, new double[] {a, 1 - a}, new double[] {b, 1 - b}, e).plan();
      assertThat(p[0][0]).isCloseTo(ClosedForms.twoByTwo(c, a, b, e), within(1e-14));
    }
  }

  @Test
  void gradient_of_the_oracle_equals_its_own_central_differences() {
    Random random = new Random(5);
    Problems.Case p = Problems.random(random, 4, 5, 0.3);
    double[][] w = Matrices.gaussian(random, 4, 5);
    Oracle.Backward gradient = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon()).backward(w);
    double h = 0x1p-20 * p.epsilon();
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 5; j++) {
        double[][] direction = new double[4][5];
        direction[i][j] = 1;
        DoubleDouble up = loss(p, w, Matrices.plus(p.cost(), h, direction));
        DoubleDouble down = loss(p, w, Matrices.plus(p.cost(), -h, direction));
        double step = (p.cost()[i][j] + h) - (p.cost()[i][j] - h);
        assertThat(up.minus(down).dividedBy(step).value())
            .isCloseTo(gradient.cost()[i][j].value(), within(1e-10 / p.epsilon()));
      }
    }
    DoubleDouble up = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon() + h).inner(w);
    DoubleDouble down = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon() - h).inner(w);
    assertThat(up.minus(down).dividedBy(2 * h).value())
        .isCloseTo(gradient.epsilon().value(), within(1e-10 / p.epsilon()));
  }

  private static DoubleDouble loss(Problems.Case p, double[][] w, double[][] cost) {
    return Oracle.solve(cost, p.a(), p.b(), p.epsilon()).inner(w);
  }

  @Test
  void marginal_gradients_of_the_oracle_equal_its_own_central_differences() {
    Random random = new Random(6);
    Problems.Case p = Problems.random(random, 4, 5, 0.3);
    double[][] w = Matrices.gaussian(random, 4, 5);
    Oracle.Backward gradient = Oracle.solve(p.cost(), p.a(), p.b(), p.epsilon()).backward(w);
    double h = 0x1p-24;
    double[] da = Matrices.gaussian(random, 4);
    double[] db = Matrices.gaussian(random, 5);
    double mass = Matrices.sum(da) / 5 - Matrices.sum(db) / 5;
    db = Matrices.plus(db, mass, Matrices.filled(5, 1)); // now both add the same mass
    DoubleDouble up = shifted(p, h, da, db).inner(w);
    DoubleDouble down = shifted(p, -h, da, db).inner(w);
    double expected =
        Matrices.inner(gradient.aValues(), da)
            + Matrices.inner(gradient.bValues(), db)
            + gradient.mass().value() * Matrices.sum(da);
    assertThat(up.minus(down).dividedBy(2 * h).value()).isCloseTo(expected, within(1e-9));
  }

  private static Oracle shifted(Problems.Case p, double h, double[] da, double[] db) {
    DoubleDouble[] a = Oracle.exact(p.a());
    DoubleDouble[] b = Oracle.exact(p.b());
    for (int i = 0; i < a.length; i++) {
      a[i] = a[i].plus(DoubleDouble.of(h).times(da[i]));
    }
    for (int j = 0; j < b.length; j++) {
      b[j] = b[j].plus(DoubleDouble.of(h).times(db[j]));
    }
    return Oracle.solve(p.cost(), a, b, p.epsilon());
  }

  @Test
  void near_a_permutation_the_oracle_gives_the_planted_plan_back() {
    Random random = new Random(8);
    for (double off : new double[] {1e-4, 1e-10, 1e-14}) {
      Planted planted = Planted.permutation(random, 8, off);
      Oracle exact = planted.oracle();
      Oracle solved =
          Oracle.solve(planted.cost(), exact.rowSums(), exact.columnSums(), planted.epsilon());
      double[][] p = exact.plan();
      double[][] q = solved.plan();
      for (int i = 0; i < p.length; i++) {
        for (int j = 0; j < p.length; j++) {
          assertThat(q[i][j]).isCloseTo(p[i][j], within(1e-12 * p[i][j]));
        }
      }
    }
  }
}
