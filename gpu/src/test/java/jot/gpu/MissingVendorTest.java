package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A CUDA without cuBLAS and cuSOLVER: all runs but what asks for them, which says what it lacks.
 */
class MissingVendorTest {
  @TempDir Path home;

  @BeforeEach
  void leaveOut() throws IOException {
    Path emulator = Path.of(System.getProperty("jot.cuda.home"));
    for (String folder : List.of("lib", "compat", "include")) {
      Files.createDirectory(home.resolve(folder));
    }
    String library = "lib/libjot-cuda-emulator.so";
    for (String file : List.of(library, "include/cuda_on_cpu.h")) {
      Files.copy(emulator.resolve(file), home.resolve(file));
    }
    for (String name :
        List.of("lib/libcudart.so.13", "lib/libnvrtc.so.13", "compat/libcuda.so.1")) {
      Files.createSymbolicLink(home.resolve(name), home.resolve(library));
    }
  }

  /** Solves with a linear solver and a way of scaling. */
  static final class Solve {
    private Solve() {}

    public static void main(String[] args) {
      LinearSolver linear = LinearSolver.valueOf(System.getProperty("linear"));
      try (Arena arena = Arena.ofConfined()) {
        Sinkhorn sinkhorn =
            Sinkhorn.builder().epsilon(0.5).linearSolver(linear).backend("cuda").build();
        Tensor cost = Tensor.of(arena, new double[][] {{0, 1}, {1, 0}});
        try (var s = sinkhorn.solve(cost)) {
          System.out.println("solved by " + s.vjp(cost).linearSolver());
        }
      } catch (IllegalStateException e) {
        System.out.println("missing " + e.getMessage());
      }
    }
  }

  private List<String> solve(String linear, String scaling) {
    return ChildJvm.run(
            Solve.class,
            "--enable-native-access=ALL-UNNAMED",
            "-Djot.cuda.home=" + home,
            "-Djot.cuda.cache=" + System.getProperty("jot.cuda.cache"),
            "-Dlinear=" + linear,
            "-Djot.cuda.scaling=" + scaling)
        .stream()
        .filter(line -> line.matches("(solved|missing).*"))
        .toList();
  }

  @Test
  void what_does_not_ask_for_them_does_not_miss_them() {
    assertThat(solve("DENSE", "fused")).containsExactly("solved by dense");
  }

  @Test
  void a_cholesky_factor_is_refused_before_any_work_with_what_was_tried() {
    assertThat(solve("CHOLESKY", "fused"))
        .singleElement()
        .asString()
        .startsWith("missing cublas: no usable library found; tried " + home)
        .contains("libcublas.so.13");
  }

  @Test
  void products_by_cublas_are_refused_before_any_work_with_what_was_tried() {
    assertThat(solve("DENSE", "cublas"))
        .singleElement()
        .asString()
        .startsWith("missing cublas: no usable library found; tried " + home);
  }
}
