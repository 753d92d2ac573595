package jot.solve;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.Session;

/**
 * How far over-relaxed sweeps go. Near the solution they are successive over-relaxation of a
 * 2-cyclic system, whose best ω is 2/(1 + √(1 − θ)) with θ the plain sweep's error ratio, and whose
 * error ratio λ under another ω tells θ: (λ + ω − 1)² = λ ω² θ (D. M. Young, "Iterative methods for
 * solving large linear systems", 1971). For Sinkhorn: A. Thibault et al., "Overrelaxed
 * Sinkhorn-Knopp algorithm for regularized optimal transport", 2021; T. Lehmann et al., "A note on
 * overrelaxation in the Sinkhorn algorithm", 2022.
 *
 * <p>ω begins at 1 and follows λ, measured over the sweeps between two polls. It only grows, for a
 * small θ is all that a young iteration shows. Guarded: where the residual has not fallen once a
 * new ω has settled, or rises far, plain sweeps run for a while and ω may not come as near to 2
 * again.
 */
final class Relaxation {
  /** ω at most. */
  private static final double LARGEST = 1.995;

  /** Blocks of plain sweeps before the first rate is believed. */
  private static final int FIRST = 2;

  /** Blocks that a new ω has to settle: the residual first jumps, for it counts both sides. */
  private static final int SETTLING = 2;

  /** Sweeps in which a residual that oscillates has shown whether it falls. */
  private static final int PERIOD = 20;

  /** Sweeps at a steady rate after which ω may pass where it was once too large. */
  private static final int STEADY = 30;

  /** Blocks from which on slow progress is not that of a young iteration. */
  private static final int GROWN = 10;

  /** Blocks over which progress is then looked at. */
  private static final int WINDOW = 5;

  /** Plain sweeps to the tolerance that are too few to change anything. */
  private static final int FEW = 10;

  /** Rise of the residual that is borne while ω settles. */
  private static final double RISE = 30;

  /** What a fall back to plain sweeps leaves of ω − 1. */
  private static final double RETREAT = 0.9;

  /** Relative growth of ω − 1 that counts as a new ω. */
  private static final double NEW = 1e-3;

  /** ε as a fraction of the cost's range below which over-relaxed sweeps seldom pay. */
  private static final double STEEP = 5e-4;

  private final Buffer columnError;
  private final BatchScalar omega;
  private final Buffer inexact;
  private final Buffer scratch;
  private final double[] before;
  private final double[] start;
  private final double[] cap;
  private final int[] age;
  private final int[] since;
  private final int[] blocks;
  private final double[][] kept;
  private final boolean[] steep;
  private int lastSweeps;
  private boolean used;

  /** Allocates on the session; host mirrors in the arena. */
  Relaxation(Session session, Arena arena) {
    columnError = session.scalar();
    omega = new BatchScalar(session, arena);
    inexact = session.scalar();
    scratch = session.scalar();
    int batch = session.batch();
    before = new double[batch];
    start = new double[batch];
    cap = new double[batch];
    age = new int[batch];
    since = new int[batch];
    blocks = new int[batch];
    kept = new double[batch][WINDOW];
    steep = new boolean[batch];
  }

  /** Issues that all is as before the first sweep: the columns are exact, ω is 1. */
  void begin(ForwardState state) {
    state.session().fill(columnError, 0, null);
    for (int problem = 0; problem < age.length; problem++) {
      omega.set(problem, 1);
      double range = state.fact(problem, Session.Facts.RANGE);
      steep[problem] = state.epsilonHost().getFlat(problem) < STEEP * range;
    }
    Arrays.fill(before, Double.NaN);
    Arrays.fill(start, Double.NaN);
    Arrays.fill(cap, LARGEST);
    Arrays.fill(age, -1);
    Arrays.fill(since, 0);
    Arrays.fill(blocks, 0);
    lastSweeps = 0;
    used = false;
  }

  /** Chooses ω for the next sweeps from the residuals that the last ones ended with. */
  void next(ForwardState state, int sweeps) {
    boolean changed = lastSweeps == 0;
    for (int problem = 0; problem < age.length; problem++) {
      double last = omega.get(problem);
      omega.set(problem, next(problem, state.residual(problem), state.tolerated(problem)));
      changed |= omega.get(problem) != last;
      used |= omega.get(problem) != 1;
    }
    if (changed) {
      omega.send();
    }
    lastSweeps = sweeps;
  }

  /** Whether any sweep of this solve went further than a plain one. */
  boolean isUsed() {
    return used;
  }

  /** ω of every problem. */
  Buffer omega() {
    return omega.device();
  }

  /** Σ_j |(Pᵀ1)_j − b_j| of every problem. */
  Buffer columnError() {
    return columnError;
  }

  /** Issues which problems of the mask have columns that are not exact. */
  Buffer inexact(Session session, Buffer mask) {
    session.copy(mask, inexact, null);
    session.keepAbove(columnError, 0, columnError, inexact);
    return inexact;
  }

  /** A scalar for what nobody will read. */
  Buffer scratch() {
    return scratch;
  }

  /**
   * The residual's ratio from sweep to sweep that is to come: of plain sweeps what over-relaxation
   * will make of it, later that of the last {@link #WINDOW} blocks; 0 where they are too young to
   * tell. At the smallest ε potentials have far to go, over-relaxed ones go astray on the way, and
   * the first sweeps show less than half of what lies ahead.
   *
   * @param residual now, at the end of a block
   * @param seen its ratio in that block
   */
  double rate(int problem, double residual, double seen) {
    if (blocks[problem] < GROWN) {
      boolean plain = omega.get(problem) == 1;
      return !plain ? 0 : steep[problem] ? Math.sqrt(seen) : best(Math.min(1, seen)) - 1;
    }
    double earlier = kept[problem][(blocks[problem] + 1) % WINDOW];
    return Math.pow(residual / earlier, 1.0 / (WINDOW * lastSweeps));
  }

  /** ω for the next block, from the residual that the last one ended with. */
  private double next(int problem, double residual, double tolerated) {
    double last = omega.get(problem);
    double rate = Math.pow(residual / before[problem], 1.0 / lastSweeps);
    before[problem] = residual;
    age[problem]++;
    since[problem] += lastSweeps;
    blocks[problem]++;
    kept[problem][blocks[problem] % WINDOW] = residual;
    if (last == 1) {
      boolean known = age[problem] >= FIRST && rate < 1;
      boolean worthwhile = residual * Math.pow(rate, FEW) > tolerated;
      return known && worthwhile ? change(problem, residual, best(rate)) : 1;
    }
    boolean settled = age[problem] >= SETTLING;
    boolean risen = !(residual < start[problem]);
    boolean stalled = settled && since[problem] >= PERIOD && risen && !(rate < 1);
    if (stalled || !(residual < RISE * start[problem])) {
      cap[problem] = 1 + RETREAT * (last - 1);
      age[problem] = FIRST - 1;
      since[problem] = 0;
      return 1;
    }
    if (settled && rate < 1 && rate > last - 1) {
      double sum = rate + last - 1;
      double better = best(Math.min(1, sum * sum / (rate * last * last)));
      if (since[problem] >= STEADY) {
        cap[problem] = Math.max(cap[problem], Math.min(LARGEST, better));
      }
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
    since[problem] = 0;
    return Math.min(cap[problem], better);
  }
}
