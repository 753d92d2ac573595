package jot.solve;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jot.spi.Buffer;

/**
 * Sinkhorn's iteration with over-relaxation: every update goes ω times as far. Near the solution
 * that is successive over-relaxation of a 2-cyclic system, whose best ω is 2/(1 + √(1 − θ)) with θ
 * the plain sweep's error ratio, and whose error ratio λ under another ω tells θ: (λ + ω − 1)² = λ
 * ω² θ (D. M. Young, "Iterative methods for solving large linear systems", 1971). For Sinkhorn: A.
 * Thibault et al., "Overrelaxed Sinkhorn-Knopp algorithm for regularized optimal transport", 2021;
 * T. Lehmann et al., "A note on overrelaxation in the Sinkhorn algorithm", 2022.
 *
 * <p>ω begins at 1 and follows λ, measured over the sweeps between two polls. It only grows, for a
 * small θ is all that a young iteration shows. Guarded: where the residual has not fallen once a
 * new ω has settled, or rises far, plain sweeps run for a while and ω may not come as near to 2
 * again.
 */
public final class OverRelaxed implements ForwardSolver {
  /** ω at most. */
  private static final double LARGEST = 1.995;

  /** Blocks of plain sweeps before the first rate is believed. */
  private static final int FIRST = 2;

  /** Blocks that a new ω has to settle: the residual first jumps, for it counts both sides. */
  private static final int SETTLING = 2;

  /** Rise of the residual that is borne while ω settles. */
  private static final double RISE = 30;

  /** What a fall back to plain sweeps leaves of ω − 1. */
  private static final double RETREAT = 0.9;

  /** Relative growth of ω − 1 that counts as a new ω. */
  private static final double NEW = 1e-3;

  private final Buffer columnError;
  private final BatchScalar omega;
  private final double[] before;
  private final double[] start;
  private final double[] cap;
  private final int[] age;
  private int lastSweeps;

  /** Allocates on the state's session; host mirrors in the arena. */
  public OverRelaxed(ForwardState state, Arena arena) {
    columnError = state.session().scalar();
    omega = new BatchScalar(state.session(), arena);
    int batch = state.session().batch();
    before = new double[batch];
    start = new double[batch];
    cap = new double[batch];
    age = new int[batch];
  }

  @Override
  public String name() {
    return "overrelaxed";
  }

  @Override
  public void prepare(ForwardState state) {
    state.session().fill(columnError, 0, null);
    for (int problem = 0; problem < age.length; problem++) {
      omega.set(problem, 1);
    }
    Arrays.fill(before, Double.NaN);
    Arrays.fill(start, Double.NaN);
    Arrays.fill(cap, LARGEST);
    Arrays.fill(age, -1);
    lastSweeps = 0;
  }

  @Override
  public void block(ForwardState state, int sweeps, Buffer threshold) {
    for (int problem = 0; problem < age.length; problem++) {
      omega.set(problem, next(problem, state.residual(problem)));
    }
    omega.send();
    lastSweeps = sweeps;
    for (int k = 0; k < sweeps; k++) {
      state
          .session()
          .relaxedSweep(
              state.plan(),
              state.a(),
              state.b(),
              omega.device(),
              columnError,
              threshold,
              state.residualBuffer(),
              state.sweeps(),
              state.active());
    }
  }

  /** Of the columns made exact, as {@link #finish} will leave them. */
  @Override
  public void measure(ForwardState state) {
    finish(state, state.active());
    state.session().fill(columnError, 0, state.active());
    ForwardSolver.super.measure(state);
  }

  /** ω for the next block, from the residual that the last one ended with. */
  private double next(int problem, double residual) {
    double last = omega.get(problem);
    double rate = Math.pow(residual / before[problem], 1.0 / lastSweeps);
    before[problem] = residual;
    age[problem]++;
    if (last == 1) {
      boolean known = age[problem] >= FIRST && rate < 1;
      return known ? change(problem, residual, best(rate)) : 1;
    }
    boolean settled = age[problem] >= SETTLING;
    boolean risen = !(residual < start[problem]);
    boolean stalled = settled && risen && !(rate < 1);
    if (stalled || !(residual < RISE * start[problem])) {
      cap[problem] = 1 + RETREAT * (last - 1);
      age[problem] = FIRST - 1;
      return 1;
    }
    if (settled && rate < 1 && rate > last - 1) {
      double sum = rate + last - 1;
      double better = best(Math.min(1, sum * sum / (rate * last * last)));
      if (Math.min(better, cap[problem]) - 1 > (1 + NEW) * (last - 1)) {
        return change(problem, residual, better);
      }
    }
    return last;
  }

  private static double best(double theta) {
    return 2 / (1 + Math.sqrt(1 - theta));
  }

  private double change(int problem, double residual, double better) {
    start[problem] = residual;
    age[problem] = 0;
    return Math.min(cap[problem], better);
  }

  /** The columns are exact again, as every solver leaves them. */
  @Override
  public void finish(ForwardState state, Buffer mask) {
    state.session().columnUpdate(state.plan(), state.b(), mask);
  }

  @Override
  public boolean finishChangesPlan() {
    return true;
  }
}
