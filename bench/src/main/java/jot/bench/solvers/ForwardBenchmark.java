package jot.bench.solvers;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import jot.Solver;

/** Times all solvers on a case; they take turns, so that a slow phase of the machine hits all. */
final class ForwardBenchmark {

  private static final Case WARM_UP = new Case(Case.Kind.POINTS, 96, 1e-2, Case.Weights.UNIFORM);

  private final List<Solver> solvers;
  private final double tolerance;
  private final double maxSeconds;

  ForwardBenchmark(List<Solver> solvers, double tolerance, double maxSeconds) {
    this.solvers = solvers;
    this.tolerance = tolerance;
    this.maxSeconds = maxSeconds;
  }

  /** Lets the compiler see all solvers, for about this long. */
  void warmUp(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      run(WARM_UP);
    } while (System.nanoTime() < end);
  }

  List<ForwardRow> run(Case problem) {
    try (Arena arena = Arena.ofShared()) {
      Case.Data data = problem.data(arena);
      List<Contender> contenders = new ArrayList<>();
      for (Solver solver : solvers) {
        contenders.add(new Contender(problem, data, solver, tolerance, maxSeconds));
      }
      contenders.forEach(Contender::warmUp);
      boolean any = true;
      while (any) {
        any = false;
        for (Contender contender : contenders) {
          any |= contender.again();
        }
      }
      return contenders.stream().map(Contender::row).toList();
    }
  }
}
