package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solver;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a sweep costs the host once its block has come before: calls of CUDA, bytes and waits,
 * counted on the emulated device. Prints a row for each solver; no clock is read.
 */
class HostCostTest {
  private static final int BLOCK = 10;
  private static final int FEW = 20;
  private static final int BLOCKS = 8;
  private static final int MANY = FEW + BLOCKS * BLOCK;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
  }

  /** Counts of one forward pass. */
  private record Cost(
      long calls, long launches, long graphs, long in, long out, long waits, long allocations) {
    static Cost now() {
      return new Cost(
          Emulator.calls("*"),
          Emulator.calls("cuLaunchKernel"),
          Emulator.calls("cudaGraphLaunch"),
          Emulator.copied(1),
          Emulator.copied(2),
          Emulator.synchronisations(),
          Emulator.calls("cudaMalloc"));
    }

    Cost minus(Cost other) {
      return new Cost(
          calls - other.calls,
          launches - other.launches,
          graphs - other.graphs,
          in - other.in,
          out - other.out,
          waits - other.waits,
          allocations - other.allocations);
    }
  }

  private static Cost forward(Solver solver, int batch, int m, int n, int sweeps) {
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(0.05)
            .tolerance(1e-30)
            .maxIterations(sweeps)
            .solver(solver)
            .backend("cuda")
            .build();
    try (Arena arena = Arena.ofShared();
        SinkhornLayer layer = sinkhorn.layer(DType.F64, batch, m, n)) {
      Tensor cost = Tensor.allocate(arena, DType.F64, new Shape(batch, m, n));
      for (long k = 0; k < cost.shape().elements(); k++) {
        cost.setFlat(k, Math.abs(Math.sin(k * 0.7)));
      }
      Tensor a = Tensor.allocate(arena, DType.F64, new Shape(1, 1, m));
      Tensor b = Tensor.allocate(arena, DType.F64, new Shape(1, 1, n));
      a.fill(1.0 / m);
      b.fill(1.0 / n);
      for (int warm = 0; warm < 3; warm++) {
        layer.forward(cost, a, b);
      }
      Cost before = Cost.now();
      layer.forward(cost, a, b);
      return Cost.now().minus(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"LOG, 1, 30, 40", "LOG, 4, 30, 40", "SCALING, 1, 30, 40", "SCALING, 4, 60, 20"})
  void a_block_of_sweeps_is_one_graph_one_wait_and_three_numbers_for_each_problem(
      Solver solver, int batch, int m, int n) {
    Cost few = forward(solver, batch, m, n, FEW);
    Cost many = forward(solver, batch, m, n, MANY);
    Cost blocks = many.minus(few);
    System.out.printf(
        "| %s | %d×%d×%d | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
        solver,
        batch,
        m,
        n,
        (double) blocks.calls() / BLOCKS,
        (double) blocks.launches() / BLOCKS,
        (double) blocks.in() / BLOCKS,
        (double) blocks.out() / BLOCKS,
        (double) blocks.waits() / BLOCKS);
    assertThat(blocks.graphs()).isEqualTo(BLOCKS);
    assertThat(blocks.launches()).isZero();
    assertThat(blocks.waits()).isEqualTo(BLOCKS);
    assertThat(blocks.in()).isZero();
    assertThat(blocks.out()).isEqualTo(BLOCKS * 3L * 8 * batch);
    assertThat(blocks.calls()).isEqualTo(3L * BLOCKS); // the device, the graph, the wait
    assertThat(blocks.allocations()).isZero();
  }
}
