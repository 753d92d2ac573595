package jot.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelTest {

  @Test
  void a_sweep_is_one_exponential_and_one_read_of_an_entry() {
    assertThat(Kernel.SWEEP.elements(100)).isEqualTo(10_000);
    assertThat(Kernel.SWEEP.exps(100)).isEqualTo(10_000);
    assertThat(Kernel.SWEEP.bytes(100, 8)).isEqualTo(80_000);
    assertThat(Kernel.SWEEP.bytes(100, 4)).isEqualTo(40_000);
  }

  @Test
  void points_have_no_matrix_and_scalings_no_exponential() {
    assertThat(Kernel.POINTS_SWEEP.bytes(100, 8)).isZero();
    assertThat(Kernel.POINTS_SWEEP.exps(100)).isEqualTo(10_000);
    assertThat(Kernel.SCALING_SWEEP.exps(100)).isZero();
  }

  @Test
  void vectors_are_double_whatever_the_storage() {
    assertThat(Kernel.AXPY.bytes(100, 4)).isEqualTo(3 * 800);
    assertThat(Kernel.AXPY.hasStorage()).isFalse();
    assertThat(Kernel.ELIMINATE_SOLVE.bytes(100, 4)).isEqualTo(80_000);
  }

  @Test
  void elimination_takes_a_third_of_the_cube() {
    assertThat(Kernel.ELIMINATE.elements(300)).isEqualTo(9_000_000);
    assertThat(Kernel.ELIMINATE.elements(4096)).isEqualTo(4096L * 4096 * 4096 / 3);
  }

  @Test
  void labels_lead_back() {
    for (Kernel kernel : Kernel.values()) {
      assertThat(Kernel.of(kernel.label())).isEqualTo(kernel);
    }
  }
}
