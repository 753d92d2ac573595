package jot.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jot.Sinkhorn;
import jot.Solution;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Lets all contestants do a task in turns, so that a slow phase of the machine hits all of them.
 * Whoever fails is noted and left out of the task; whose process is gone, of the race.
 */
final class Race {

  private static final int FEW_SWEEPS = 10;
  private static final int SWEEPS = 50;

  /** From this size on a sweep is long enough that fewer will do. */
  private static final int LARGE = 2048;

  private static final int SWEEPS_LARGE = 10;

  /** Above so many seconds a run is repeated less, above the second only once. */
  private static final double SLOW = 0.2;

  private static final double VERY_SLOW = 2;
  private static final int TURNS_SLOW = 3;

  /** Threads of a library that had its turn go on waiting for work for a while. */
  private static final int PAUSE_MILLIS = 20;

  /** Of the potentials that backward passes start from. */
  private static final double CONVERGED = 1e-11;

  private final List<Contestant> contestants;
  private final int turns;
  private final double turnSeconds;
  private final Report report;

  /**
   * The contestants.
   *
   * @param contestants jot first; those that are gone are removed
   * @param turns for runs that are not slow
   * @param turnSeconds of a turn, at least
   */
  Race(List<Contestant> contestants, int turns, double turnSeconds, Report report) {
    this.contestants = contestants;
    this.turns = turns;
    this.turnSeconds = turnSeconds;
    this.report = report;
  }

  /** Times the task and adds its rows to the report. */
  void run(Problem problem) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      double plan = Double.NaN;
      if (problem.task().work() == Work.BACKWARD) {
        plan = convergedPlan(problem);
      }
      List<Entry> entries = new ArrayList<>();
      for (Contestant contestant : List.copyOf(contestants)) {
        entries.addAll(enter(contestant, problem));
      }
      for (int turn = 0; turn < turns; turn++) {
        turn(entries, problem.task());
      }
      finish(entries, problem, plan, arena);
    }
  }

  /** Writes the potentials that all backward passes start from; the residual of their plan. */
  private static double convergedPlan(Problem problem) throws IOException {
    Sinkhorn sinkhorn =
        Sinkhorn.builder()
            .epsilon(problem.epsilon())
            .tolerance(CONVERGED)
            .maxIterations(1_000_000)
            .build();
    try (Solution solution = sinkhorn.solve(problem.cost(), problem.a(), problem.b())) {
      problem.potentials(solution);
      return Residual.of(solution.plan(), problem.a(), problem.b());
    }
  }

  private List<Entry> enter(Contestant contestant, Problem problem) {
    List<Entry> entries = new ArrayList<>();
    String solver = "";
    try {
      contestant.take(problem);
      for (String name : contestant.solvers()) {
        solver = name;
        try {
          entries.add(enter(contestant, name, problem.task()));
        } catch (PeerException e) {
          note(contestant, name, problem.task(), e);
          if (e.isGone()) {
            return List.of();
          }
        }
      }
    } catch (PeerException e) {
      note(contestant, solver, problem.task(), e);
    }
    return entries;
  }

  private static Entry enter(Contestant contestant, String solver, Task task) throws PeerException {
    if (task.work() != Work.SWEEP) {
      return new Entry(contestant, solver, contestant.prepare(solver, 0), null);
    }
    int more = task.n() < LARGE ? SWEEPS : SWEEPS_LARGE;
    Contestant.Prepared few = contestant.prepare(solver, FEW_SWEEPS);
    return new Entry(contestant, solver, contestant.prepare(solver, FEW_SWEEPS + more), few);
  }

  private void note(Contestant contestant, String solver, Task task, PeerException e) {
    report.note(
        "%s%s, %s: %s"
            .formatted(
                contestant.name(), solver.isEmpty() ? "" : " " + solver, task, e.getMessage()));
    if (e.isGone()) {
      contestants.remove(contestant);
      contestant.close();
      report.lost(contestant.name());
    }
  }

  private void turn(List<Entry> entries, Task task) {
    Contestant last = null;
    for (Entry entry : entries) {
      if (!entry.wantsMore(turns)) {
        continue;
      }
      if (!entry.contestant.equals(last)) {
        pause();
        last = entry.contestant;
      }
      try {
        entry.turn(turnSeconds);
      } catch (PeerException e) {
        entry.failed = true;
        if (contestants.contains(entry.contestant)) {
          note(entry.contestant, entry.solver, task, e);
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void finish(List<Entry> entries, Problem problem, double plan, Arena arena) {
    Tensor reference = null;
    for (Entry entry : entries) {
      if (entry.times.isEmpty()) {
        continue;
      }
      double residual = plan;
      double difference = Double.NaN;
      try {
        if (!entry.failed) {
          Tensor result = entry.prepared.result(arena);
          if (problem.task().work() == Work.BACKWARD) {
            reference = reference == null ? result : reference;
            difference = Residual.difference(result, reference);
          } else {
            residual = Residual.of(result, problem.a(), problem.b());
          }
        }
        report.add(entry.row(problem.task(), residual, difference));
      } catch (PeerException e) {
        note(entry.contestant, entry.solver, problem.task(), e);
      }
    }
  }

  /** A solver of a contestant, and its times. */
  private static final class Entry {
    private final Contestant contestant;
    private final String solver;
    private final Contestant.Prepared prepared;
    private final Contestant.@Nullable Prepared few;
    private final List<Double> times = new ArrayList<>();
    private final List<Double> fewTimes = new ArrayList<>();
    private int done;
    private boolean failed;

    Entry(
        Contestant contestant,
        String solver,
        Contestant.Prepared prepared,
        Contestant.@Nullable Prepared few) {
      this.contestant = contestant;
      this.solver = solver;
      this.prepared = prepared;
      this.few = few;
    }

    boolean wantsMore(int turns) {
      double seconds = prepared.seconds();
      int wanted = seconds > VERY_SLOW ? 1 : seconds > SLOW ? TURNS_SLOW : turns;
      return !failed && done < Math.min(wanted, turns);
    }

    void turn(double seconds) throws PeerException {
      done++;
      if (few != null) {
        add(fewTimes, few.turn(seconds));
      }
      add(times, prepared.turn(seconds));
    }

    private static void add(List<Double> all, double[] seconds) {
      Arrays.stream(seconds).forEach(s -> all.add(1e3 * s));
    }

    Row row(Task task, double residual, double difference) throws PeerException {
      double[] each = sorted(times);
      int iterations = prepared.iterations();
      if (few != null) {
        int sweeps = iterations - few.iterations();
        if (sweeps < 1) {
          throw PeerException.failed("it stopped after " + iterations + " sweeps by itself");
        }
        each = SweepTimes.of(sorted(fewTimes), each, sweeps);
        if (each.length == 0) {
          throw PeerException.failed("its times wavered too much to tell those of a sweep");
        }
        iterations = 1;
      }
      return new Row(
          task,
          contestant.name(),
          contestant.version(),
          solver,
          Arrays.stream(each).boxed().toList(),
          iterations,
          residual,
          difference);
    }

    private static double[] sorted(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
  }
}
