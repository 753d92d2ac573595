package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.bindings.cudart.Cudart;
import jot.spi.Backends;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sweeps on scalings whose products cuBLAS makes. */
class ScalingByCublasTest {
  private static final String GEMV = "cublasDgemvStridedBatched";

  /**
   * Two sums of at most 60 positive terms in each of 18 sweeps, all of them on numbers below 1.1:
   * 2160 roundings of 1.1e-16, which a contraction does not magnify.
   */
  private static final double TOLERANCE = 1e-12;

  private CudaBackend backend;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
    backend = new CudaBackend(true);
  }

  @AfterEach
  void close() {
    backend.close();
    assertThat(Emulator.violations()).isEmpty();
    Emulator.forget();
  }

  @ParameterizedTest
  @CsvSource({"11, 7", "7, 11", "60, 40", "1, 5", "40, 1"})
  void scalings_residuals_counts_and_masks_are_those_of_the_reference(int m, int n) {
    double[][] actual = LibraryScenario.scaling(backend, DType.F64, m, n, 0);
    double[][] expected =
        LibraryScenario.scaling(Backends.choose("reference", 1), DType.F64, m, n, 0);
    for (int k = 0; k < expected.length; k++) {
      assertThat(actual[k]).as("result " + k).containsExactly(expected[k], within(TOLERANCE));
    }
    assertThat(Emulator.calls(GEMV)).isPositive();
  }

  @Test
  void a_kernel_of_F32_is_swept_by_the_fused_kernel() {
    long before = Emulator.calls(GEMV);
    double[][] actual = LibraryScenario.scaling(backend, DType.F32, 11, 7, 0);
    assertThat(Emulator.calls(GEMV)).isEqualTo(before);
    CudaBackend fused = new CudaBackend(false);
    assertThat(actual).isDeepEqualTo(LibraryScenario.scaling(fused, DType.F32, 11, 7, 0));
    fused.close();
  }

  @Test
  void a_block_that_came_before_is_replayed_with_its_products() {
    LibraryScenario.scaling(backend, DType.F64, 11, 7, 0);
    long products = Emulator.calls(GEMV);
    long graphs = Emulator.calls("cudaGraphLaunch");
    LibraryScenario.scaling(backend, DType.F64, 11, 7, 0);
    // The first block begins with what is prepared and the last with a mask. The second is new, the
    // third is recorded, and the two after it are replayed: they call nothing.
    int issued = LibraryScenario.BLOCKS - 2;
    assertThat(Emulator.calls(GEMV) - products).isEqualTo(issued * 2L * LibraryScenario.SWEEPS);
    assertThat(Emulator.calls("cudaGraphLaunch") - graphs).isEqualTo(3);
  }

  /** Graphs are recorded on a stream of the queue's, and sessions of both kinds take turns. */
  @Test
  void on_a_stream_of_the_callers_the_handles_follow() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      Cudart.cudaStreamCreateWithFlags(pointer, Cudart.cudaStreamNonBlocking());
      MemorySegment stream = pointer.get(ValueLayout.ADDRESS, 0);
      long handles = Emulator.calls("cublasCreate_v2");
      double[][] own = LibraryScenario.scaling(backend, DType.F64, 11, 7, 0);
      for (int n : new int[] {7, CholeskyOps.BATCHED + 1}) {
        double[] left = LibraryScenario.factor(backend, n, n, stream.address());
        assertThat(left).containsOnly(new double[] {0}, within(TOLERANCE));
      }
      double[][] there = LibraryScenario.scaling(backend, DType.F64, 11, 7, stream.address());
      assertThat(there).isDeepEqualTo(own);
      assertThat(LibraryScenario.scaling(backend, DType.F64, 11, 7, 0)).isDeepEqualTo(own);
      assertThat(Emulator.calls("cublasCreate_v2") - handles).isEqualTo(1);
      Cudart.cudaStreamDestroy(stream);
    }
  }

  @Test
  void by_default_no_library_is_called() {
    long before = Emulator.calls(GEMV);
    long handles = Emulator.calls("cublasCreate_v2");
    CudaBackend fused = new CudaBackend();
    LibraryScenario.scaling(fused, DType.F64, 11, 7, 0);
    fused.close();
    assertThat(Emulator.calls(GEMV)).isEqualTo(before);
    assertThat(Emulator.calls("cublasCreate_v2")).isEqualTo(handles);
  }

  /** Solves with scalings that have to be absorbed, in a JVM with properties of its own. */
  static final class Solve {
    private Solve() {}

    public static void main(String[] args) {
      System.setProperty(CudaBackend.SCALING_PROPERTY, args[0]);
      try (Arena arena = Arena.ofConfined()) {
        double[][] cost = new double[12][15];
        for (int i = 0; i < 12; i++) {
          for (int j = 0; j < 15; j++) {
            cost[i][j] = Math.abs(Math.sin(1 + i * 1.7 + j * 2.3));
          }
        }
        Sinkhorn sinkhorn =
            Sinkhorn.builder()
                .epsilon(0.02)
                .tolerance(1e-8)
                .solver(Solver.SCALING)
                .backend("cuda")
                .build();
        try (Solution s = sinkhorn.solve(Tensor.of(arena, cost))) {
          System.out.printf("%s %s %.7f%n", s.status(), s.solver(), s.sharpCost());
        }
      } catch (IllegalArgumentException e) {
        System.out.println("refused: " + e.getMessage());
      }
      System.out.println("products " + (Emulator.calls(GEMV) > 0));
    }
  }

  private static List<String> solve(String property) {
    return ChildJvm.output(Solve.class, property).stream()
        .filter(line -> line.matches("(CONVERGED|refused|products).*"))
        .toList();
  }

  @Test
  void the_property_chooses_and_the_plan_is_the_same() {
    List<String> fused = solve("fused");
    List<String> cublas = solve("cublas");
    assertThat(fused.getFirst()).startsWith("CONVERGED scaling");
    assertThat(cublas.getFirst()).isEqualTo(fused.getFirst());
    assertThat(fused.getLast()).isEqualTo("products false");
    assertThat(cublas.getLast()).isEqualTo("products true");
  }

  @Test
  void an_unknown_value_of_the_property_is_refused_at_the_start() {
    assertThat(solve("magic"))
        .containsExactly(
            "refused: property jot.cuda.scaling: expected 'fused' or 'cublas', received 'magic'",
            "products false");
  }
}
