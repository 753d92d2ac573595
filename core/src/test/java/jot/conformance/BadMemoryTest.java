package jot.conformance;

import static jot.conformance.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import jot.Problem;
import jot.Sinkhorn;
import jot.Solution;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Memory that jot cannot work on is refused at the door, with the remedy. */
class BadMemoryTest {

  private static final int M = 4;
  private static final int N = 3;

  private final double[][] cost = Problems.points(new Random(112), M, N);
  private final double[] a = Problems.uniform(M);
  private final double[] b = Problems.uniform(N);
  private final Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(0.3).build();

  @Test
  void a_heap_segment_is_refused_with_the_remedy() {
    MemorySegment heap = MemorySegment.ofArray(new double[M * N]);
    assertRefused(() -> Tensor.wrap(heap, DType.F64, Shape.matrix(M, N)), "segment", "heap");
  }

  @Test
  void a_misaligned_segment_is_refused() {
    MemorySegment segment = Arena.ofAuto().allocate(M * N * 8L + 8, 64).asSlice(3);
    assertThatThrownBy(() -> Tensor.wrap(segment, DType.F64, Shape.matrix(M, N)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8");
  }

  @Test
  void a_closed_arena_is_refused() {
    Tensor closed;
    try (Arena arena = Arena.ofShared()) {
      closed = Tensor.of(arena, cost);
    }
    assertRefused(() -> sinkhorn.solve(closed), "cost", "closed");
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      assertRefused(() -> s.vjp(closed), "radient", "closed");
    }
  }

  @Test
  void closed_weights_and_potentials_are_refused() {
    Tensor p;
    try (Arena arena = Arena.ofShared()) {
      p = Tensor.vector(arena, a);
    }
    Problem problem = Problem.of(Answer.tensor(cost));
    assertRefused(() -> sinkhorn.solve(problem.rowWeights(p)), "a", "closed");
    assertRefused(() -> sinkhorn.solve(problem.warmStart(p, Answer.vector(b))), "f", "closed");
  }

  @Test
  void memory_of_another_threads_confined_arena_is_refused_with_the_remedy() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      Tensor mine = Tensor.of(arena, cost);
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(
              () -> assertRefused(() -> sinkhorn.solve(mine), "cost", "confined"));
      other.get();
      CompletableFuture.runAsync(
              () -> assertThatThrownBy(() -> sinkhorn.solve(mine)).hasMessageContaining("ofShared"))
          .get();
    }
  }

  @Test
  void memory_of_this_threads_confined_arena_works_or_is_refused_at_the_door() {
    double[][] expected;
    try (Solution s = sinkhorn.solve(Answer.tensor(cost))) {
      expected = s.plan().toMatrix();
    }
    for (int threads = 1; threads <= 3; threads++) {
      Sinkhorn many = Sinkhorn.builder().epsilon(0.3).threads(threads).build();
      try (Arena arena = Arena.ofConfined();
          Solution s = many.solve(Tensor.of(arena, cost))) {
        assertThat(s.plan().toMatrix()).isDeepEqualTo(expected);
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining("confined").hasMessageContaining("ofShared");
      }
    }
  }

  @Test
  void read_only_inputs_are_as_good_as_others() {
    Tensor frozen = Answer.tensor(cost).asReadOnly();
    try (Solution s = sinkhorn.solve(frozen, Answer.vector(a).asReadOnly(), Answer.vector(b));
        Solution t = sinkhorn.solve(Answer.tensor(cost))) {
      assertThat(s.plan().toArray()).isEqualTo(t.plan().toArray());
      assertThat(s.vjp(frozen).cost().toArray()).isEqualTo(t.vjp(frozen).cost().toArray());
    }
  }
}
