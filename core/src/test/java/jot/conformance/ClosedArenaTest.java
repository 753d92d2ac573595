package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;
import jot.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Closing an arena under a running solve gives an exception there, or none, and never a crash. */
class ClosedArenaTest {

  private static final int SIZE = 150;

  private static double[][] cost() {
    return Problems.points(new Random(121), SIZE, SIZE);
  }

  /** Closes once the work that {@code begun} announces is under way; an arena in use may refuse. */
  private static void closeAfter(CountDownLatch begun, Arena arena) throws Exception {
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    Thread.sleep(20);
    for (int attempt = 0; attempt < 100_000 && arena.scope().isAlive(); attempt++) {
      try {
        arena.close();
      } catch (IllegalStateException inUse) {
        Thread.onSpinWait();
      }
    }
    assertThat(arena.scope().isAlive()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"LOG,1", "LOG,2", "SCALING,1", "SCALING,2"})
  void closing_the_cost_during_a_solve_gives_an_exception(Solver solver, int threads)
      throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(1e-4)
            .tolerance(1e-15)
            .maxIterations(2_000_000)
            .solver(solver)
            .threads(threads)
            .listener((sweeps, residual, active) -> begun.countDown())
            .build();
    Arena arena = Arena.ofShared();
    Tensor cost = Tensor.of(arena, cost());
    CompletableFuture<Throwable> solve =
        CompletableFuture.supplyAsync(
            () -> {
              try (Solution s = sinkhorn.solve(cost)) {
                s.plan();
                return null;
              } catch (RuntimeException failure) {
                return failure;
              }
            });
    closeAfter(begun, arena);
    Throwable failure = solve.get(60, TimeUnit.SECONDS);
    assertThat(failure)
        .isInstanceOfAny(IllegalStateException.class, IllegalArgumentException.class);
    assertThat(failure).hasMessageContaining("closed");
    try (Solution s = Sinkhorn.builder().epsilon(0.1).build().solve(Answer.tensor(cost()))) {
      assertThat(s.converged()).isTrue(); // the backend goes on
    }
  }

  @ParameterizedTest
  @CsvSource({"DENSE,1", "DENSE,2", "CG,1", "CG,2"})
  void closing_the_cost_before_or_during_backward_gives_an_exception(
      LinearSolver linear, int threads) throws Exception {
    Sinkhorn sinkhorn =
        Sinkhorn.builder().epsilon(0.05).linearSolver(linear).threads(threads).build();
    Tensor w = Answer.tensor(cost());
    Arena arena = Arena.ofShared();
    Tensor cost = Tensor.of(arena, cost());
    CountDownLatch begun = new CountDownLatch(1);
    try (Solution s = sinkhorn.solve(cost)) {
      CompletableFuture<Throwable> backward =
          CompletableFuture.supplyAsync(
              () -> {
                begun.countDown();
                try {
                  for (int k = 0; k < 100_000; k++) {
                    s.vjp(w);
                  }
                  return null;
                } catch (RuntimeException failure) {
                  return failure;
                }
              });
      closeAfter(begun, arena);
      Throwable failure = backward.get(60, TimeUnit.SECONDS);
      assertThat(failure)
          .isInstanceOfAny(IllegalStateException.class, IllegalArgumentException.class);
      assertThat(failure).hasMessageContaining("closed");
    }
  }
}
