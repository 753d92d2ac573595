package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import jot.tensor.DType;
import org.junit.jupiter.api.Test;

class SuiteTest {

  private static Suite suite(Set<String> works, DType... dtypes) {
    return new Suite(
        works,
        List.of(64, 4096),
        List.of(0.1, 0.001),
        List.of(CostKind.values()),
        List.of(dtypes),
        1e-6,
        false);
  }

  @Test
  void solves_cover_every_size_cost_epsilon_and_precision() {
    List<Task> tasks = suite(Set.of("solve"), DType.F64, DType.F32).tasks(2);
    assertThat(tasks).hasSize(2 * 2 * 2 * 2).doesNotHaveDuplicates();
    assertThat(tasks).allMatch(task -> task.threads() == 2 && task.work() == Work.SOLVE);
  }

  @Test
  void single_precision_is_asked_for_what_it_can_reach() {
    for (Task task : suite(Set.of("solve"), DType.F64, DType.F32).tasks(1)) {
      assertThat(task.tolerance()).isEqualTo(task.dtype() == DType.F64 ? 1e-6 : 1e-4);
    }
    assertThat(suite(Set.of("backward"), DType.F32).tasks(1)).isEmpty();
  }

  @Test
  void backward_passes_end_where_elimination_would_take_all_memory() {
    assertThat(suite(Set.of("backward"), DType.F64).tasks(1))
        .isNotEmpty()
        .allMatch(task -> task.n() == 64);
  }

  @Test
  void a_cold_process_has_a_warm_one_beside_it() {
    Suite suite = suite(Set.of("cold"), DType.F64);
    List<Task> cold = suite.cold(1);
    assertThat(cold).extracting(Task::n).containsExactly(256, 1000);
    assertThat(suite.tasks(1))
        .extracting(Task::n, Task::epsilon, Task::work)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(256, 0.05, Work.SOLVE),
            org.assertj.core.groups.Tuple.tuple(1000, 0.05, Work.SOLVE));
  }

  @Test
  void every_work_has_tasks() {
    for (String work : Suite.WORKS) {
      assertThat(suite(new LinkedHashSet<>(List.of(work)), DType.F64).tasks(1)).isNotEmpty();
    }
  }
}
