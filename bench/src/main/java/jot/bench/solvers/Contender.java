package jot.bench.solvers;

import jot.Sinkhorn;
import jot.Solution;
import jot.Solver;

/** A solver at work on a case, run after run. */
final class Contender {

  /** What converged once in time may take so much longer in a slow phase of the machine. */
  private static final double PATIENCE = 10;

  private final Case problem;
  private final Case.Data data;
  private final Solver solver;
  private final Sinkhorn sinkhorn;
  private final double maxSeconds;
  private final Times times = new Times();
  private long deadline;
  private String ran;
  private String status = ForwardRow.TIME_LIMIT;
  private int passes;
  private double residual = Double.NaN;

  Contender(Case problem, Case.Data data, Solver solver, double tolerance, double maxSeconds) {
    this.problem = problem;
    this.data = data;
    this.solver = solver;
    this.maxSeconds = maxSeconds;
    ran = jot.bench.SolverNames.of(solver);
    sinkhorn =
        Sinkhorn.builder()
            .epsilon(data.epsilon())
            .tolerance(tolerance)
            .maxIterations(10_000_000) // the clock ends it sooner
            .solver(solver)
            .listener(this::look)
            .build();
  }

  private void look(int sweeps, double worstResidual, int active) {
    passes = sweeps;
    if (active > 0) {
      residual = worstResidual;
      if (System.nanoTime() > deadline) {
        throw new OutOfTimeException();
      }
    }
  }

  void warmUp() {
    while (times.isCold()) {
      double seconds = run(maxSeconds);
      if (status.equals(ForwardRow.TIME_LIMIT)) {
        times.only(seconds);
      } else {
        times.warmUp(seconds);
      }
    }
  }

  /** Runs once more, if that is wanted. */
  boolean again() {
    if (!times.wantsMore()) {
      return false;
    }
    times.add(run(PATIENCE * maxSeconds));
    return true;
  }

  private double run(double limit) {
    long start = System.nanoTime();
    deadline = start + (long) (limit * 1e9);
    try (Solution solution = sinkhorn.solve(data.cost(), data.a(), data.b())) {
      double seconds = (System.nanoTime() - start) * 1e-9;
      ran = solution.solver();
      status = solution.status().name();
      passes = solution.iterations();
      residual = solution.residual();
      return seconds;
    } catch (OutOfTimeException e) {
      status = ForwardRow.TIME_LIMIT;
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  ForwardRow row() {
    return new ForwardRow(problem, solver, ran, status, passes, residual, times);
  }

  /** Ends a solve from its listener. */
  private static final class OutOfTimeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfTimeException() {
      super("out of time", null, false, false);
    }
  }
}
