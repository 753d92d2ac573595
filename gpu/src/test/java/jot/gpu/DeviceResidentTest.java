package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import jot.Gradients;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solution;
import jot.Solver;
import jot.tensor.DType;
import jot.tensor.DeviceMemory;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Problems that lie on the device: nothing of them crosses the bus but numbers for each problem.
 */
class DeviceResidentTest {
  private static final int BATCH = 2;
  private static final int TO_DEVICE = 1;
  private static final int TO_HOST = 2;

  private Arena arena;
  private DeviceArrays device;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
    arena = Arena.ofShared();
    device = new DeviceArrays();
  }

  @AfterEach
  void close() {
    device.close();
    arena.close();
    Emulator.forget();
  }

  private static Sinkhorn.Builder sinkhorn() {
    return Sinkhorn.builder().epsilon(0.1).tolerance(1e-9).backend("cuda").errorEstimate(false);
  }

  private Tensor random(long seed, DType dtype, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor tensor = Tensor.allocate(arena, dtype, new Shape(BATCH, rows, columns));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, random.nextDouble());
    }
    return tensor;
  }

  /** Weights with an entry of zero, of mass 1. */
  private Tensor weights(long seed, DType dtype, int length) {
    Tensor tensor = random(seed, dtype, 1, length);
    for (int problem = 0; problem < BATCH; problem++) {
      tensor.set(problem, 0, length / 2, 0);
      double sum = 0;
      for (int k = 0; k < length; k++) {
        sum += tensor.get(problem, 0, k);
      }
      for (int k = 0; k < length; k++) {
        tensor.set(problem, 0, k, tensor.get(problem, 0, k) / sum);
      }
    }
    return tensor;
  }

  @ParameterizedTest
  @CsvSource({
    "LOG, DENSE, F64, F64",
    "LOG, CG, F32, F32",
    "SCALING, DENSE, F64, F32",
    "NEWTON, CG, F64, F64",
    "AUTO, AUTO, F32, F64",
  })
  void every_result_is_that_of_the_same_problem_on_the_host(
      Solver solver, LinearSolver linear, DType dtype, DType weightType) {
    Tensor cost = random(1, dtype, 9, 14);
    Tensor a = weights(2, weightType, 9);
    Tensor b = weights(3, weightType, 14);
    Tensor w = random(4, dtype, 9, 14);
    Sinkhorn sinkhorn = sinkhorn().solver(solver).linearSolver(linear).build();
    try (Solution host = sinkhorn.solve(cost, a, b);
        Solution resident = sinkhorn.solve(device.copy(cost), device.copy(a), device.copy(b))) {
      assertThat(resident.converged()).isTrue();
      assertThat(resident.iterations(1)).isEqualTo(host.iterations(1));
      near(device.read(resident.plan()), host.plan().toArray());
      near(resident.f().toArray(), host.f().toArray());
      near(resident.g().toArray(), host.g().toArray());
      assertThat(resident.klCost(1)).isCloseTo(host.klCost(1), offset());
      compare(resident.vjp(device.copy(w)), host.vjp(w));
      compare(resident.vjp(w), host.vjp(w)); // a gradient of the host's with a cost on the device
      compare(resident.sharpCostGradient(), host.sharpCostGradient());
      compare(resident.entropicCostGradient(), host.entropicCostGradient());
      compare(resident.vjp(device.copy(w)), host.vjp(device.copy(w)));
    }
    assertThat(Emulator.violations()).isEmpty();
  }

  private void compare(Gradients resident, Gradients host) {
    assertThat(resident.cost().isOnDevice()).isTrue();
    near(device.read(resident.cost()), host.cost().toArray());
    near(device.read(resident.a()), host.a().toArray());
    near(device.read(resident.b()), host.b().toArray());
    assertThat(resident.mass(1)).isCloseTo(host.mass(1), offset());
    assertThat(resident.epsilon(0)).isCloseTo(host.epsilon(0), offset());
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.api.Assertions.within(1e-9);
  }

  private static void near(double[] x, double[] expected) {
    assertThat(x).hasSameSizeAs(expected);
    for (int k = 0; k < x.length; k++) {
      if (Double.compare(x[k], expected[k]) != 0) { // equal infinities too
        assertThat(x[k]).as("number %s", k).isCloseTo(expected[k], offset());
      }
    }
  }

  @Test
  void weights_of_one_side_alone_or_of_the_host_are_as_good() {
    Tensor cost = random(5, DType.F64, 8, 11);
    Tensor a = weights(6, DType.F64, 8);
    Tensor b = weights(7, DType.F64, 11);
    Sinkhorn sinkhorn = sinkhorn().build();
    Tensor there = device.copy(cost);
    List<Problem> host =
        List.of(
            Problem.of(cost),
            Problem.of(cost).rowWeights(a),
            Problem.of(cost).columnWeights(b),
            Problem.of(cost).weights(a, b),
            Problem.of(cost).weights(a.problem(0), b.problem(0)));
    List<Problem> resident =
        List.of(
            Problem.of(there),
            Problem.of(there).rowWeights(device.copy(a)),
            Problem.of(there).columnWeights(device.copy(b)),
            Problem.of(there).weights(a, b),
            Problem.of(there).weights(device.copy(a.problem(0)), b.problem(0)));
    for (int k = 0; k < host.size(); k++) {
      try (Solution expected = sinkhorn.solve(host.get(k));
          Solution solution = sinkhorn.solve(resident.get(k))) {
        near(device.read(solution.plan()), expected.plan().toArray());
      }
    }
  }

  @Test
  void sums_that_differ_by_rounding_are_made_equal() {
    Tensor cost = random(8, DType.F64, 8, 11);
    Tensor a = weights(9, DType.F64, 8);
    Tensor b = weights(10, DType.F64, 11);
    b.set(1, 0, 0, b.get(1, 0, 0) + 5e-9);
    Sinkhorn sinkhorn = sinkhorn().tolerance(1e-12).build();
    try (Solution expected = sinkhorn.solve(cost, a, b);
        Solution solution = sinkhorn.solve(device.copy(cost), device.copy(a), device.copy(b))) {
      assertThat(solution.converged()).isTrue();
      near(device.read(solution.plan()), expected.plan().toArray());
    }
  }

  // ---- what crosses the bus ----

  /** Bytes to the device and to the host, and waits, of a forward and a backward pass. */
  private record Traffic(long in, long out, long waits) {}

  private Traffic traffic(boolean resident, int m, int n, int sweeps) {
    Tensor cost = random(11, DType.F64, m, n);
    Tensor a = weights(12, DType.F64, m);
    Tensor b = weights(13, DType.F64, n);
    Tensor w = random(14, DType.F64, m, n);
    if (resident) {
      cost = device.copy(cost);
      a = device.copy(a);
      b = device.copy(b);
      w = device.copy(w);
    }
    Sinkhorn sinkhorn =
        sinkhorn()
            .tolerance(1e-30)
            .maxIterations(sweeps)
            .solver(Solver.LOG)
            .linearSolver(LinearSolver.DENSE)
            .build();
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, BATCH, m, n)) {
      layer.forward(cost, a, b); // what is made once is made
      layer.backward(w);
      long in = Emulator.copied(TO_DEVICE);
      long out = Emulator.copied(TO_HOST);
      long waits = Emulator.synchronisations();
      layer.forward(cost, a, b);
      layer.backward(w);
      return new Traffic(
          Emulator.copied(TO_DEVICE) - in,
          Emulator.copied(TO_HOST) - out,
          Emulator.synchronisations() - waits);
    }
  }

  /** What the host may see of a problem: a few numbers a wait, whatever its size. */
  private static boolean crossesNothingButScalars(Traffic small, Traffic large) {
    return small.equals(large) && large.in() + large.out() <= large.waits() * 8 * BATCH * 8;
  }

  @Test
  void nothing_but_numbers_for_each_problem_crosses_the_bus() {
    Traffic small = traffic(true, 8, 12, 20);
    Traffic large = traffic(true, 40, 30, 20);
    assertThat(crossesNothingButScalars(small, large)).as("%s %s", small, large).isTrue();
  }

  /** The planted fault: the same check, with a problem whose arrays do cross. */
  @Test
  void the_check_sees_arrays_that_cross() {
    Traffic small = traffic(false, 8, 12, 20);
    Traffic large = traffic(false, 40, 30, 20);
    assertThat(crossesNothingButScalars(small, large)).isFalse();
    assertThat(large.in()).isGreaterThan(2 * BATCH * 40 * 30 * 8);
  }

  @Test
  void a_block_of_sweeps_waits_once() {
    Traffic few = traffic(true, 9, 9, 20);
    Traffic more = traffic(true, 9, 9, 70);
    assertThat(more.waits() - few.waits()).isEqualTo(5);
  }

  // ---- streams ----

  @Test
  void work_follows_what_the_caller_has_issued_to_his_stream() {
    Tensor cost = random(15, DType.F64, 8, 11);
    Tensor a = weights(16, DType.F64, 8);
    Tensor b = weights(17, DType.F64, 11);
    Sinkhorn ours = sinkhorn().build();
    Sinkhorn his = sinkhorn().stream(device.stream()).build();
    long streams = Emulator.live("stream");
    try (Solution expected = ours.solve(cost, a, b);
        SinkhornLayer layer = his.layer(DType.F64, BATCH, 8, 11)) {
      for (int pass = 0; pass < 6; pass++) {
        Solution solution =
            layer.forward(device.sending(cost), device.sending(a), device.sending(b));
        near(device.read(solution.plan()), expected.plan().toArray());
        near(
            device.read(layer.backward(device.sending(cost)).cost()),
            expected.vjp(cost).cost().toArray());
      }
    }
    assertThat(Emulator.live("stream")).isBetween(streams, streams + 2);
    assertThat(Emulator.violations()).isEmpty();
  }

  /** The planted fault: a stream of jot's own does not wait for the caller's. */
  @Test
  void without_the_stream_memory_that_is_still_on_its_way_is_no_cost() {
    Tensor cost = random(18, DType.F64, 8, 11);
    Sinkhorn ours = sinkhorn().build();
    assertThatThrownBy(() -> ours.solve(device.sending(cost)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cost: expected numbers or +∞, received NaN");
  }

  // ---- refusals ----

  @Test
  void a_pointer_of_the_host_or_of_nobody_is_refused() {
    Shape shape = new Shape(1, 3, 4);
    long host = Tensor.allocate(arena, DType.F64, shape).segment().address();
    Sinkhorn sinkhorn = sinkhorn().build();
    for (long address : new long[] {host, 0x7000}) {
      Tensor wrong = Tensor.onDevice(new DeviceMemory("cuda", address), DType.F64, shape);
      assertThatThrownBy(() -> sinkhorn.solve(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cudaMalloc on device 0");
    }
    Tensor elsewhere = Tensor.onDevice(new DeviceMemory("other", host), DType.F64, shape);
    assertThatThrownBy(() -> sinkhorn.solve(elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("on the device of the backend 'other'");
  }

  @Test
  void memory_that_was_freed_is_refused_at_once_and_in_the_next_pass() {
    Tensor cost = device.copy(random(19, DType.F64, 8, 11));
    Sinkhorn sinkhorn = sinkhorn().build();
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, BATCH, 8, 11)) {
      Tensor a = device.copy(weights(20, DType.F64, 8));
      Tensor b = device.copy(weights(21, DType.F64, 11));
      layer.forward(cost, a, b);
      device.free();
      assertThatThrownBy(() -> layer.forward(cost, a, b)).hasMessageContaining("cudaMalloc");
    }
    assertThatThrownBy(() -> sinkhorn.solve(cost)).hasMessageContaining("cudaMalloc");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void a_weight_that_is_none_is_refused_with_its_place(double bad) {
    Tensor a = weights(22, DType.F64, 8);
    a.set(1, 0, 5, bad);
    Tensor cost = device.copy(random(23, DType.F64, 8, 11));
    assertThatThrownBy(() -> sinkhorn().build().solve(Problem.of(cost).rowWeights(device.copy(a))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a: expected finite weights ≥ 0")
        .hasMessageContaining("index 5 of problem 1");
  }

  @Test
  void sums_that_differ_and_masses_of_zero_are_refused() {
    Tensor cost = device.copy(random(24, DType.F64, 8, 11));
    Tensor a = weights(25, DType.F64, 8);
    Tensor b = weights(26, DType.F64, 11);
    b.set(0, 0, 1, 2);
    Sinkhorn sinkhorn = sinkhorn().build();
    assertThatThrownBy(() -> sinkhorn.solve(cost, device.copy(a), device.copy(b)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a and b: expected equal sums")
        .hasMessageContaining("in problem 0");
    a.fill(0);
    assertThatThrownBy(() -> sinkhorn.solve(Problem.of(cost).rowWeights(device.copy(a))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a: expected weights with a positive finite sum");
  }

  @Test
  void a_gradient_that_is_not_finite_is_refused() {
    Tensor w = random(27, DType.F64, 8, 11);
    w.set(1, 2, 3, Double.NaN);
    try (Solution solution = sinkhorn().build().solve(device.copy(random(28, DType.F64, 8, 11)))) {
      assertThatThrownBy(() -> solution.vjp(device.copy(w)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at row 2, column 3 of problem 1");
    }
  }

  @Test
  void a_layer_takes_memory_of_the_device_and_of_the_host_in_turn() {
    Tensor cost = random(29, DType.F64, 8, 11);
    Tensor a = weights(30, DType.F64, 8);
    Tensor b = weights(31, DType.F64, 11);
    Tensor w = random(32, DType.F64, 8, 11);
    try (SinkhornLayer layer = sinkhorn().build().layer(DType.F64, BATCH, 8, 11)) {
      double[] plan = layer.forward(cost, a, b).plan().toArray();
      double[] gradient = layer.backward(w).cost().toArray();
      near(
          device.read(layer.forward(device.copy(cost), device.copy(a), device.copy(b)).plan()),
          plan);
      near(device.read(layer.backward(device.copy(w)).cost()), gradient);
      assertThat(layer.forward(cost, a, b).plan().toArray()).isEqualTo(plan);
      assertThat(layer.backward(w).cost().toArray()).isEqualTo(gradient);
    }
    assertThat(Emulator.violations()).isEmpty();
  }

  // ---- faults ----

  @Test
  void any_call_of_a_resident_pass_may_fail() {
    Tensor cost = device.copy(random(33, DType.F64, 5, 6));
    Tensor a = device.copy(weights(34, DType.F64, 5));
    Tensor b = device.copy(weights(35, DType.F64, 6));
    Tensor w = device.copy(random(36, DType.F64, 5, 6));
    assertThat(pass(cost, a, b, w)).isNull(); // kernels, a queue and memory are there
    List<Long> before = Emulator.live();
    long start = Emulator.calls("*");
    long looks = Emulator.calls("cudaPointerGetAttributes");
    assertThat(pass(cost, a, b, w)).isNull();
    long calls = Emulator.calls("*") - start;
    assertThat(Emulator.calls("cudaPointerGetAttributes") - looks).isEqualTo(4);
    int thrown = 0;
    for (long k = 1; k <= calls; k++) {
      Emulator.fail("*", k, 700, false);
      CudaException failure = pass(cost, a, b, w);
      Emulator.forgetFaults();
      if (failure != null) {
        thrown++;
        assertThat(failure).hasMessageContaining(failure.call() + " failed with status 700");
      }
      assertThat(Emulator.violations()).as("call %s of %s", k, calls).isEmpty();
      assertThat(Emulator.live()).as("call %s of %s", k, calls).isEqualTo(before);
    }
    assertThat(thrown).isGreaterThan((int) calls / 2);
    assertThat(pass(cost, a, b, w)).isNull();
  }

  private static CudaException pass(Tensor cost, Tensor a, Tensor b, Tensor w) {
    try (Solution solution = sinkhorn().maxIterations(20).build().solve(cost, a, b)) {
      solution.vjp(w);
      return null;
    } catch (CudaException failure) {
      return failure;
    }
  }
}
