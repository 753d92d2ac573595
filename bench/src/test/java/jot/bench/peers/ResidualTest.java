package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ResidualTest {

  private final Arena arena = Arena.ofAuto();
  private final Tensor a = Tensor.vector(arena, 0.5, 0.5);
  private final Tensor b = Tensor.vector(arena, 0.25, 0.75);

  @Test
  void a_plan_with_these_marginals_has_none() {
    Tensor plan = Tensor.of(arena, new double[][] {{0.125, 0.375}, {0.125, 0.375}});
    assertThat(Residual.of(plan, a, b)).isZero();
  }

  @Test
  void both_sides_count() {
    Tensor plan = Tensor.of(arena, new double[][] {{0.25, 0.375}, {0.125, 0.375}});
    assertThat(Residual.of(plan, a, b)).isEqualTo(0.25);
  }

  @Test
  void of_a_batch_the_worst_counts() {
    Tensor plans =
        Tensor.of(
            arena,
            new double[][][] {{{0.125, 0.375}, {0.125, 0.375}}, {{0.25, 0.375}, {0.125, 0.375}}});
    Tensor both = Tensor.of(arena, new double[][][] {{{0.5, 0.5}}, {{0.5, 0.5}}});
    Tensor columns = Tensor.of(arena, new double[][][] {{{0.25, 0.75}}, {{0.25, 0.75}}});
    assertThat(Residual.of(plans, both, columns)).isEqualTo(0.25);
  }

  @Test
  void a_plan_that_is_no_number_has_no_residual() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Tensor plan = Tensor.of(arena, new double[][] {{bad, 0.375}, {0.125, 0.375}});
      assertThat(Residual.of(plan, a, b)).isNaN();
    }
  }

  @Test
  void gradients_are_compared_by_their_largest_entry() {
    Tensor expected = Tensor.of(arena, new double[][] {{1, -4}, {0, 2}});
    Tensor off = Tensor.of(arena, new double[][] {{1, -4}, {0.2, 2}});
    assertThat(Residual.difference(off, expected)).isCloseTo(0.05, within(1e-15));
    assertThat(Residual.difference(expected, expected)).isZero();
    assertThat(
            Residual.difference(
                Tensor.of(arena, new double[][] {{1, Double.NaN}, {0, 2}}), expected))
        .isNaN();
  }
}
