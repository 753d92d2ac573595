package jot.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jot.tensor.DType;

/**
 * Which tasks there are.
 *
 * @param works of sweep, solve, backward, batch, cold
 * @param epsilons of the solves and backward passes, as fractions of the range
 * @param tolerance of F64 solves; F32 cannot reach what F64 can, and has {@link #F32_TOLERANCE}
 */
record Suite(
    Set<String> works,
    List<Integer> sizes,
    List<Double> epsilons,
    List<CostKind> costs,
    List<DType> dtypes,
    double tolerance,
    boolean quick) {

  /** All names for {@link #works}. */
  static final List<String> WORKS = List.of("sweep", "solve", "backward", "batch", "cold");

  /** Residual that single precision reaches with ε = 0.001 of the range. */
  static final double F32_TOLERANCE = 1e-4;

  /** Of the backward passes' linear systems. */
  static final double LINEAR_TOLERANCE = 1e-10;

  private static final double SWEEP_EPSILON = 0.01;
  private static final int WARM_UP_SIZE = 96;
  private static final double COLD_EPSILON = 0.05;
  private static final int BATCH = 32;
  private static final int BATCH_SIZE = 128;
  private static final double BATCH_EPSILON = 0.1;

  /** Backward passes by elimination have 2n unknowns. */
  private static final int LARGEST_BACKWARD = 2048;

  /** The tasks that run in processes that are warm. */
  List<Task> tasks(int threads) {
    List<Task> tasks = new ArrayList<>();
    if (works.contains("sweep")) {
      sweeps(tasks, threads);
    }
    if (works.contains("solve")) {
      solves(tasks, threads);
    }
    if (works.contains("backward")) {
      backwards(tasks, threads);
    }
    if (works.contains("batch")) {
      batches(tasks, threads);
    }
    if (works.contains("cold")) {
      cold(threads).forEach(task -> tasks.add(warm(task)));
    }
    return tasks;
  }

  /** A small task of this work. */
  Task warmUp(Work work, int threads) {
    return new Task(
        work,
        CostKind.POINTS,
        WARM_UP_SIZE,
        1,
        SWEEP_EPSILON,
        dtypes.get(0),
        threads,
        work == Work.BACKWARD ? LINEAR_TOLERANCE : tolerance(dtypes.get(0)));
  }

  /** A sweep costs the same whatever the costs: points stand for all. */
  private void sweeps(List<Task> tasks, int threads) {
    for (DType dtype : dtypes) {
      for (int n : quick && dtype == DType.F32 ? last(sizes) : sizes) {
        tasks.add(new Task(Work.SWEEP, CostKind.POINTS, n, 1, SWEEP_EPSILON, dtype, threads, 0));
      }
    }
  }

  private void solves(List<Task> tasks, int threads) {
    for (DType dtype : quick ? dtypes.subList(0, 1) : dtypes) {
      for (CostKind cost : costs) {
        for (int n : quick ? last(sizes) : sizes) {
          for (double epsilon : epsilons) {
            tasks.add(new Task(Work.SOLVE, cost, n, 1, epsilon, dtype, threads, tolerance(dtype)));
          }
        }
      }
    }
  }

  private void backwards(List<Task> tasks, int threads) {
    if (!dtypes.contains(DType.F64)) {
      return; // single precision has no such residual
    }
    for (CostKind cost : quick ? costs.subList(0, 1) : costs) {
      for (int n : quick ? last(sizes) : sizes) {
        for (double epsilon : n > LARGEST_BACKWARD ? List.<Double>of() : epsilons) {
          tasks.add(
              new Task(Work.BACKWARD, cost, n, 1, epsilon, DType.F64, threads, LINEAR_TOLERANCE));
        }
      }
    }
  }

  private void batches(List<Task> tasks, int threads) {
    for (DType dtype : quick ? dtypes.subList(0, 1) : dtypes) {
      for (Work work :
          quick ? List.of(Work.SOLVE) : List.of(Work.SWEEP, Work.SOLVE, Work.BACKWARD)) {
        if (work != Work.BACKWARD || dtype == DType.F64) {
          double wanted =
              switch (work) {
                case SWEEP -> 0;
                case BACKWARD -> LINEAR_TOLERANCE;
                default -> tolerance(dtype);
              };
          double epsilon = work == Work.SWEEP ? SWEEP_EPSILON : BATCH_EPSILON;
          tasks.add(
              new Task(work, CostKind.POINTS, BATCH_SIZE, BATCH, epsilon, dtype, threads, wanted));
        }
      }
    }
  }

  /** Those that each take a process of their own. */
  List<Task> cold(int threads) {
    List<Task> tasks = new ArrayList<>();
    if (works.contains("cold")) {
      for (int n : quick ? List.of(256) : List.of(256, 1000)) {
        tasks.add(
            new Task(
                Work.COLD, CostKind.POINTS, n, 1, COLD_EPSILON, DType.F64, threads, tolerance));
      }
    }
    return tasks;
  }

  /** The same in a process that is warm, to stand beside it. */
  private static Task warm(Task cold) {
    return new Task(
        Work.SOLVE,
        cold.cost(),
        cold.n(),
        cold.batch(),
        cold.epsilon(),
        cold.dtype(),
        cold.threads(),
        cold.tolerance());
  }

  private double tolerance(DType dtype) {
    return dtype == DType.F64 ? tolerance : Math.max(tolerance, F32_TOLERANCE);
  }

  private static List<Integer> last(List<Integer> sizes) {
    return sizes.subList(sizes.size() - 1, sizes.size());
  }
}
