package jot.backward;

import java.lang.foreign.Arena;
import jot.marginal.Batch;
import jot.marginal.ConjugateGradient;
import jot.marginal.MarginalSystem;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How far the gradient of the cost is from that of the exact solution, from one Newton correction
 * of the potentials: the correction's change of the plan, to first order, changes the backward
 * system's two sides, and a second solve gives the change of the gradient. Two linear solves to two
 * digits. Where the correction changes an entry of the plan by more than e¹⁰ a first-order estimate
 * means nothing, and there is none.
 */
final class ErrorEstimate {
  /** Largest change of an exponent that is still worth a first-order estimate. */
  private static final double REACH = 10;

  /** Two digits of an estimate are enough. */
  private static final double TOLERANCE = 1e-2;

  private static final int MAX_STEPS = 500;

  private final Session session;
  private final Batch state;
  private final MarginalSystem solved;
  private final MarginalSystem system;
  private final ConjugateGradient cg;
  private final Buffer one;
  private final Buffer rowSums;
  private final Buffer columnSums;
  private final Buffer rowChange;
  private final Buffer columnChange;
  private final Buffer rowLoad;
  private final Buffer columnLoad;
  private final Buffer active;
  private final Buffer norm;
  private final Tensor rowHost;
  private final Tensor columnHost;
  private final Tensor normHost;
  private final double[] estimate;

  ErrorEstimate(Batch state, MarginalSystem solved, Arena arena) {
    this.session = state.session();
    this.state = state;
    this.solved = solved;
    system = new MarginalSystem(session, solved.plan());
    cg = new ConjugateGradient(session, arena, MAX_STEPS);
    int m = session.rows();
    int n = session.columns();
    one = session.scalar();
    session.fill(one, 1, null);
    rowSums = session.vector(m);
    columnSums = session.vector(n);
    rowChange = session.vector(m);
    columnChange = session.vector(n);
    rowLoad = session.vector(m);
    columnLoad = session.vector(n);
    active = session.scalar();
    norm = session.scalar();
    rowHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, m));
    columnHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, n));
    normHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, 1));
    estimate = new double[session.batch()];
  }

  /**
   * Estimates for a backward pass that has run.
   *
   * @param x row unknowns with their levels, not centred
   * @param y column unknowns, not centred
   */
  void run(@Nullable MatrixSource g, Buffer x, Buffer y) {
    Buffer epsilon = state.plan().epsilon();
    system.adopt(solved);
    difference(state.a(), solved.rowSums(), rowLoad);
    difference(state.b(), solved.columnSums(), columnLoad);
    system.load(null, epsilon, rowLoad, columnLoad);
    solve();
    session.copy(system.x(), rowChange, null);
    session.copy(system.y(), columnChange, null);
    session.read(rowChange, rowHost);
    session.read(columnChange, columnHost);
    session.sensitivity(state.plan(), g, x, y, rowChange, columnChange, rowSums, columnSums);
    scaled(rowSums, epsilon, rowLoad);
    scaled(columnSums, epsilon, columnLoad);
    session.poll();
    for (int problem = 0; problem < estimate.length; problem++) {
      boolean near = reach(problem) <= REACH && cg.residual(problem) <= TOLERANCE;
      estimate[problem] = near ? 0 : Double.NaN;
    }
    system.load(null, epsilon, rowLoad, columnLoad);
    solve();
    session.sensitivityNorm(
        state.plan(), g, x, y, rowChange, columnChange, system.x(), system.y(), norm);
    session.read(norm, normHost);
    session.poll();
    for (int problem = 0; problem < estimate.length; problem++) {
      boolean solved = cg.residual(problem) <= TOLERANCE;
      estimate[problem] += solved ? normHost.getFlat(problem) : Double.NaN;
    }
  }

  private void difference(Buffer given, Buffer own, Buffer out) {
    session.copy(given, out, null);
    session.axpy(-1, one, one, own, out, null);
  }

  private void scaled(Buffer sums, Buffer epsilon, Buffer out) {
    session.fill(out, 0, null);
    session.axpy(1, one, epsilon, sums, out, null);
  }

  private void solve() {
    session.fill(active, 1, null);
    cg.solve(system, active, TOLERANCE);
    system.finish(null);
  }

  /** Largest change of an exponent, over the entries with mass on both sides. */
  private double reach(int problem) {
    double epsilon = state.epsilonHost().getFlat(problem);
    double rowLow = Double.POSITIVE_INFINITY;
    double rowHigh = Double.NEGATIVE_INFINITY;
    for (long i = 0; i < session.rows(); i++) {
      long at = (long) problem * session.rows() + i;
      if (state.aHost().getFlat(at) > 0) {
        rowLow = Math.min(rowLow, rowHost.getFlat(at));
        rowHigh = Math.max(rowHigh, rowHost.getFlat(at));
      }
    }
    double columnLow = Double.POSITIVE_INFINITY;
    double columnHigh = Double.NEGATIVE_INFINITY;
    for (long j = 0; j < session.columns(); j++) {
      long at = (long) problem * session.columns() + j;
      if (state.bHost().getFlat(at) > 0) {
        columnLow = Math.min(columnLow, columnHost.getFlat(at));
        columnHigh = Math.max(columnHigh, columnHost.getFlat(at));
      }
    }
    return Math.max(Math.abs(rowLow + columnLow), Math.abs(rowHigh + columnHigh)) / epsilon;
  }

  /** Largest error of an entry of ∂C; NaN where there is no estimate. */
  double of(int problem) {
    return estimate[problem];
  }
}
