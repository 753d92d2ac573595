package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a block of operations costs the host: counted, not timed. */
class CountsTest {
  private static final int DOUBLE = 8;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
  }

  @Test
  void a_pass_synchronises_once_a_poll_and_copies_what_was_asked_for() {
    CudaBackend backend = new CudaBackend();
    Scenario.run(backend);
    long synchronisations = Emulator.synchronisations();
    long in = Emulator.copied(1);
    long out = Emulator.copied(2);
    long pageable = Emulator.pageableCopies();
    Scenario.run(backend);
    assertThat(Emulator.synchronisations() - synchronisations).isEqualTo(5); // polls
    int matrix = Scenario.BATCH * Scenario.M * Scenario.N * DOUBLE;
    assertThat(Emulator.copied(1) - in).isEqualTo(matrix + Scenario.BATCH * Scenario.M * 4);
    assertThat(Emulator.copied(2) - out).isEqualTo(4 * Scenario.BATCH * DOUBLE + matrix);
    assertThat(Emulator.pageableCopies() - pageable).isZero();
    backend.close();
  }

  @Test
  void a_block_that_came_before_is_one_launch_of_a_graph() {
    CudaBackend backend = new CudaBackend();
    try (Arena arena = Arena.ofConfined();
        Session s = backend.open(1, 20, 30)) {
      Buffer slot = s.slot(DType.F64, 20, 30);
      Tensor cost = Tensor.allocate(arena, DType.F64, new Shape(1, 20, 30));
      cost.fill(1);
      Buffer a = s.vector(20);
      Buffer b = s.vector(30);
      Buffer epsilon = s.scalar();
      Buffer threshold = s.scalar();
      Buffer residual = s.scalar();
      Buffer sweeps = s.scalar();
      Buffer active = s.scalar();
      s.bind(slot, cost);
      s.fill(a, 1.0 / 20, null);
      s.fill(b, 1.0 / 30, null);
      s.fill(epsilon, 1, null);
      s.fill(active, 1, null);
      s.fill(threshold, -1, null);
      MatrixSource.Gibbs plan =
          new MatrixSource.Gibbs(
              new MatrixSource.Stored(slot),
              s.vector(20),
              s.vector(30),
              epsilon,
              s.vector(20),
              s.vector(30));
      s.columnUpdate(plan, b, null);
      s.poll();
      Tensor read = Tensor.allocate(arena, DType.F64, new Shape(1, 1, 1));
      long launches = 0;
      long graphs = 0;
      for (int block = 0; block < 6; block++) {
        if (block == 2) {
          launches = Emulator.calls("cuLaunchKernel");
          graphs = Emulator.calls("cudaGraphLaunch");
        }
        for (int k = 0; k < 5; k++) {
          s.sweep(plan, a, b, threshold, residual, sweeps, active);
        }
        s.read(sweeps, read);
        s.poll();
        assertThat(read.get(0)).isEqualTo(5 * (block + 1));
      }
      assertThat(Emulator.calls("cuLaunchKernel") - launches).isZero();
      assertThat(Emulator.calls("cudaGraphLaunch") - graphs).isEqualTo(4);
    }
    backend.close();
    assertThat(Emulator.violations()).isEmpty();
  }
}
