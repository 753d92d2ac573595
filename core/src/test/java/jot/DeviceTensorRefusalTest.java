package jot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.function.Consumer;
import jot.geometry.PointCloud;
import jot.tensor.DType;
import jot.tensor.DeviceMemory;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend that does not own the device refuses its memory before any work, and says why. */
class DeviceTensorRefusalTest {
  private static final int M = 3;
  private static final int N = 4;

  private static Tensor device(int rows, int columns) {
    return Tensor.onDevice(
        new DeviceMemory("cuda", 0x1000), DType.F64, new Shape(1, rows, columns));
  }

  /** A call that hands in one tensor of a device. */
  interface Call {
    void run(Sinkhorn sinkhorn, Tensor cost, Tensor a, Tensor b);
  }

  static Call[] calls() {
    return new Call[] {
      (s, cost, a, b) -> s.solve(device(M, N)),
      (s, cost, a, b) -> s.solve(cost, device(1, M), b),
      (s, cost, a, b) -> s.solve(cost, a, device(1, N)),
      (s, cost, a, b) -> s.solve(Problem.of(cost).warmStart(device(1, M), b)),
      (s, cost, a, b) -> s.solve(Problem.of(cost).warmStart(a, device(1, N))),
      (s, cost, a, b) -> s.solve(Problem.of(new PointCloud(device(M, 2), device(N, 2)))),
      (s, cost, a, b) -> {
        try (SinkhornLayer layer = s.layer(DType.F64, 1, M, N)) {
          layer.forward(device(M, N), a, b);
        }
      },
      solved(solution -> solution.vjp(device(M, N))),
      solved(solution -> solution.unrolledVjp(device(M, N), 2)),
      solved(solution -> solution.jvp(Tangent.zero().cost(device(M, N)))),
      solved(solution -> solution.vjp(PlanGradient.lowRank(device(M, 2), device(N, 2)))),
      solved(solution -> solution.vjp(PlanGradient.none().potentials(device(1, M), device(1, N)))),
    };
  }

  private static Call solved(Consumer<Solution> use) {
    return (s, cost, a, b) -> {
      try (Solution solution = s.solve(cost)) {
        use.accept(solution);
      }
    };
  }

  @ParameterizedTest
  @MethodSource("calls")
  void memory_of_a_device_is_refused_by_name(Call call) {
    Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(1).backend("reference").build();
    try (Arena arena = Arena.ofConfined()) {
      Tensor cost = Tensor.allocate(arena, DType.F64, new Shape(1, M, N));
      Tensor a = Tensor.allocate(arena, DType.F64, new Shape(1, 1, M));
      Tensor b = Tensor.allocate(arena, DType.F64, new Shape(1, 1, N));
      a.fill(1.0 / M);
      b.fill(1.0 / N);
      assertThatThrownBy(() -> call.run(sinkhorn, cost, a, b))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("on the device of the backend 'cuda'");
    }
  }

  @Test
  void a_stream_is_refused_by_a_backend_that_has_none() {
    Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(1).backend("reference").stream(1).build();
    assertThatThrownBy(() -> sinkhorn.layer(DType.F64, 1, M, N))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stream: expected none, for the backend 'reference'");
    assertThatThrownBy(() -> Sinkhorn.builder().stream(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("received 0");
  }
}
