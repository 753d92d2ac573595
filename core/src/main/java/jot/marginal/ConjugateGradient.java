package jot.marginal;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.GraphPreconditioner;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Conjugate gradients on the anchored product, one read of the plan a step. All scalars stay on the
 * backend; every problem stops on its own, when its residual in the preconditioner's norm has
 * fallen by the tolerance. The residual's mean is left alone: correcting it would add noise as
 * large as the small components (MATH 2). Memory O(n) a problem.
 *
 * <p>Steps begin with the diagonal as preconditioner. A problem that would need many more than a
 * factor of its plan's graph costs, counted in work and not in time, begins again with {@link
 * GraphPreconditioner}, where the backend has one and the plan is stored.
 */
public final class ConjugateGradient implements MarginalSolver {
  /** Steps between polls. */
  private static final int BLOCK = 8;

  /** Steps with the diagonal before it is decided whether the graph is worth its factor. */
  private static final int TRIAL = 16;

  /**
   * Entries of a product that cost as much as eliminating one kept edge: measured, see the docs.
   */
  private static final double ENTRIES_PER_EDGE = 2500;

  private final Session session;
  private final int maxSteps;
  private final Buffer inverse;
  private final Buffer residual;
  private final Buffer z;
  private final Buffer p;
  private final Buffer q;
  private final Buffer rz;
  private final Buffer next;
  private final Buffer first;
  private final Buffer pq;
  private final Buffer one;
  private final Buffer steps;
  private final Buffer kept;
  private final Tensor activeHost;
  private final Tensor rzHost;
  private final Tensor firstHost;
  private final Tensor stepsHost;
  private final Tensor keptHost;
  private final boolean[] byGraph;
  private @Nullable GraphPreconditioner graph;

  /**
   * Allocates the vectors on the session of the systems to come.
   *
   * @param maxSteps steps at most
   */
  public ConjugateGradient(Session session, Arena arena, int maxSteps) {
    this.session = session;
    this.maxSteps = maxSteps;
    int n = session.columns();
    inverse = session.vector(n);
    residual = session.vector(n);
    z = session.vector(n);
    p = session.vector(n);
    q = session.vector(n);
    rz = session.scalar();
    next = session.scalar();
    first = session.scalar();
    pq = session.scalar();
    one = session.scalar();
    steps = session.scalar();
    kept = session.scalar();
    session.fill(one, 1, null);
    Shape scalars = new Shape(session.batch(), 1, 1);
    activeHost = Tensor.allocate(arena, DType.F64, scalars);
    rzHost = Tensor.allocate(arena, DType.F64, scalars);
    firstHost = Tensor.allocate(arena, DType.F64, scalars);
    stepsHost = Tensor.allocate(arena, DType.F64, scalars);
    keptHost = Tensor.allocate(arena, DType.F64, scalars);
    byGraph = new boolean[session.batch()];
  }

  @Override
  public String name() {
    return "cg";
  }

  @Override
  public void solve(MarginalSystem system, Buffer active, double tolerance) {
    session.reciprocal(system.diagonal(), inverse, active);
    session.fill(steps, 0, active);
    start(system, active, null);
    int issued = iterate(system, active, tolerance, null, TRIAL, 0);
    if (anyActive()
        && system.plan() instanceof MatrixSource.Stored plan
        && chooseGraph(tolerance)) {
      graph(system, plan, active, tolerance);
    }
    if (anyActive()) {
      session.write(activeHost, active);
      session.poll();
      iterate(system, active, tolerance, null, maxSteps, issued);
    }
    session.read(rz, rzHost);
    session.read(first, firstHost);
    session.read(steps, stepsHost);
    session.poll();
  }

  /** From zero, with the first direction of the preconditioner. */
  private void start(MarginalSystem system, Buffer active, @Nullable GraphPreconditioner by) {
    session.fill(system.y(), 0, active);
    session.copy(system.rhs(), residual, active);
    precondition(active, by);
    session.copy(z, p, active);
    session.dot(residual, z, rz, active);
    session.copy(rz, first, active);
    session.keepAbove(rz, 0, one, active);
  }

  private void precondition(Buffer active, @Nullable GraphPreconditioner by) {
    if (by == null) {
      session.multiply(residual, inverse, z, active);
    } else {
      by.apply(residual, z, active);
    }
  }

  /** Runs until no problem is active or the steps are used up; returns the steps issued. */
  private int iterate(
      MarginalSystem system,
      Buffer active,
      double tolerance,
      @Nullable GraphPreconditioner by,
      int limit,
      int from) {
    int issued = from;
    do {
      for (int k = 0; k < BLOCK && issued < limit; k++, issued++) {
        step(system, active, tolerance, by);
      }
      session.read(active, activeHost);
      session.poll();
    } while (issued < limit && anyActive());
    return issued;
  }

  private void step(
      MarginalSystem system, Buffer active, double tolerance, @Nullable GraphPreconditioner by) {
    system.product(p, q, active);
    session.dot(p, q, pq, active);
    session.keepAbove(pq, 0, one, active);
    session.axpy(1, rz, pq, p, system.y(), active);
    session.axpy(-1, rz, pq, q, residual, active);
    precondition(active, by);
    session.dot(residual, z, next, active);
    session.xpay(z, next, rz, p, active);
    session.copy(next, rz, active);
    session.axpy(1, one, one, one, steps, active);
    session.keepAbove(rz, tolerance * tolerance, first, active);
  }

  /**
   * Marks the problems whose remaining steps, at the rate so far, are worth a factor, and how many
   * edges it may have.
   */
  private boolean chooseGraph(double tolerance) {
    if (graph == null) {
      graph = session.graphPreconditioner();
    }
    session.read(rz, rzHost);
    session.read(first, firstHost);
    session.poll();
    boolean any = false;
    for (int problem = 0; problem < byGraph.length; problem++) {
      byGraph[problem] = false;
      if (graph != null && activeHost.getFlat(problem) != 0) {
        double fallen = Math.min(residual(problem), 0.99);
        double remaining = TRIAL * (Math.log(tolerance) / Math.log(fallen) - 1);
        double work = remaining * session.rows() * session.columns();
        double edges = Math.min(work / ENTRIES_PER_EDGE, 1e15);
        keptHost.setFlat(problem, edges);
        byGraph[problem] = edges >= session.rows() + session.columns();
        any |= byGraph[problem];
      }
    }
    return any;
  }

  /** Solves the marked problems with their graph; leaves active those that go on without. */
  private void graph(
      MarginalSystem system, MatrixSource.Stored plan, Buffer active, double tolerance) {
    GraphPreconditioner by = graph;
    if (by == null) {
      return;
    }
    boolean[] without = new boolean[byGraph.length];
    for (int problem = 0; problem < byGraph.length; problem++) {
      without[problem] = activeHost.getFlat(problem) != 0;
      activeHost.setFlat(problem, byGraph[problem] ? 1 : 0);
    }
    session.write(activeHost, active);
    session.write(keptHost, kept);
    by.build(plan, kept, active);
    session.read(kept, keptHost);
    session.poll();
    boolean any = false;
    for (int problem = 0; problem < byGraph.length; problem++) {
      byGraph[problem] = byGraph[problem] && keptHost.getFlat(problem) >= 0;
      without[problem] = without[problem] && !byGraph[problem];
      activeHost.setFlat(problem, byGraph[problem] ? 1 : 0);
      any |= byGraph[problem];
    }
    if (any) {
      session.write(activeHost, active);
      session.poll();
      start(system, active, by);
      iterate(system, active, tolerance, by, maxSteps, 0);
    }
    for (int problem = 0; problem < byGraph.length; problem++) {
      activeHost.setFlat(problem, without[problem] ? 1 : 0);
    }
  }

  private boolean anyActive() {
    for (int problem = 0; problem < activeHost.batch(); problem++) {
      if (activeHost.getFlat(problem) != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public double residual(int problem) {
    double start = firstHost.getFlat(problem);
    double end = rzHost.getFlat(problem);
    if (!(start > 0)) {
      return start == 0 ? 0 : Double.NaN;
    }
    return Math.sqrt(Math.max(0, end) / start);
  }

  @Override
  public int steps(int problem) {
    return (int) stepsHost.getFlat(problem);
  }

  @Override
  public int components(int problem) {
    return 1;
  }
}
