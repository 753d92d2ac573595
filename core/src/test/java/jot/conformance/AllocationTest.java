package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solver;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A prepared layer allocates nothing on the heap after warm-up, in any thread.
 *
 * <p>The build compiles in the foreground ({@code -Xbatch}), so that warm-up is a matter of calls
 * and not of how busy the machine is. All live threads are counted but the one that reads the
 * counters. Until the last kernel is compiled, vectors are boxed, and threads of the test harness
 * may allocate now and then: so rounds are repeated, up to a limit, until one is free of both. What
 * a pass itself allocates is in every round.
 */
class AllocationTest {

  private static final int WARM_UP = 300;
  private static final int PASSES = 50;

  /** Rounds of warm-up at most: a count, since no clock may decide a test. */
  private static final int ROUNDS = 200;

  @Test
  void the_meter_sees_what_a_pass_allocates_in_any_thread() throws Exception {
    List<byte[]> kept = Collections.synchronizedList(new ArrayList<>());
    Runnable pass =
        () -> {
          kept.add(new byte[1000]);
          CompletableFuture.runAsync(() -> kept.add(new byte[1000])).join();
        };
    try (AllocationMeter meter = new AllocationMeter(pass)) {
      assertThat(meter.allocated(20)).isGreaterThanOrEqualTo(20 * 2 * 1000);
    }
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, batch {3}, {4}×{5}, {6} threads")
  @CsvSource({
    "F64,LOG,DENSE,1,20,30,1",
    "F64,LOG,CG,1,30,20,2",
    "F64,SCALING,DENSE,3,16,16,2",
    "F64,SCALING,CG,2,25,10,1",
    "F64,AUTO,AUTO,1,90,80,2",
    "F32,LOG,DENSE,2,12,33,2",
    "F32,SCALING,CG,1,40,40,1",
    "F64,LOG,CG,1,1,17,1",
    "F64,LOG,CHOLESKY,2,12,30,1"
  })
  void a_prepared_layer_allocates_nothing(
      DType dtype, Solver solver, LinearSolver linear, int batch, int m, int n, int threads)
      throws Exception {
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(0.3)
            .tolerance(1e-6)
            .solver(solver)
            .linearSolver(linear)
            .threads(threads)
            .build();
    // The test backend that defers every operation keeps them in objects, by design.
    assumeFalse(sinkhorn.backend().startsWith("asynchronous"), "it allocates by design");
    Random random = new Random(81);
    double[][][] costs = new double[batch][][];
    double[][][] gradients = new double[batch][][];
    for (int k = 0; k < batch; k++) {
      costs[k] = Matrices.of(m, n, (i, j) -> random.nextDouble());
      gradients[k] = Matrices.gaussian(random, m, n);
    }
    Tensor cost = Answer.batch(costs).copyTo(java.lang.foreign.Arena.ofAuto(), dtype);
    Tensor w = Answer.batch(gradients);
    Tensor a = Answer.vector(Problems.uniform(m));
    Tensor b = Answer.vector(Problems.uniform(n));
    try (SinkhornLayer layer = sinkhorn.layer(dtype, batch, m, n)) {
      Runnable pass =
          () -> {
            layer.forward(cost, a, b);
            layer.backward(w);
          };
      try (AllocationMeter meter = new AllocationMeter(pass)) {
        meter.allocated(WARM_UP);
        long bytes = meter.allocated(PASSES);
        for (int round = 1; bytes > 0 && round < ROUNDS; round++) {
          bytes = meter.allocated(PASSES);
        }
        assertThat(bytes).as("bytes in %s passes", PASSES).isZero();
      }
    }
  }
}
