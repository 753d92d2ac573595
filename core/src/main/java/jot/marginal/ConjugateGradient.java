package jot.marginal;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Conjugate gradients on the anchored product. All scalars stay on the backend; every problem stops
 * on its own, when its residual in the preconditioner's norm has fallen by the tolerance. The
 * residual's mean is left alone: correcting it would add noise as large as the small components
 * (MATH 2). Memory O(n) a problem.
 *
 * <p>Where the backend has a {@link PlanGraph}: a problem whose plan has few entries above rounding
 * takes its products from those alone, any other reads the whole plan at each step. Steps begin
 * with the diagonal as preconditioner. A problem that would need many more than a factor of its
 * plan's graph costs, counted in work and not in time, begins again with the factor; in the solves
 * that follow it begins with it. One whose plan is dense and which would still need many gets a
 * {@link CoarseSpace} where the backend has one, and goes on from where it is; where that was worth
 * it, the solves that follow begin with it. It is built once for a plan.
 */
public final class ConjugateGradient implements MarginalSolver {
  /** Steps between polls. */
  private static final int BLOCK = 8;

  /** Steps with the diagonal before it is decided whether the graph is worth its factor. */
  private static final int TRIAL = 16;

  /**
   * Entries of a product that cost as much as eliminating one kept edge: measured, see the docs.
   */
  private static final double ENTRIES_PER_EDGE = 5000;

  /** Entries of a dense product that cost as much as one of a sparse product. */
  private static final double DENSE_PER_SPARSE = 16;

  /** Steps still to come from which a coarse space pays: with it there will be some twenty, */
  private static final double SLOW = 32;

  /** and it costs as much as so many. */
  private static final int COARSE_COST = 8;

  private final Session session;
  private final int maxSteps;
  private final Preconditioning wanted;
  private final boolean exact;
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
  private final Buffer count;
  private final Buffer squared;
  private final Buffer goal;
  private final Tensor activeHost;
  private final Tensor rzHost;
  private final Tensor firstHost;
  private final Tensor stepsHost;
  private final Tensor countHost;
  private final boolean[] pending;
  private final boolean[] isSparse;
  private final boolean[] chosen;
  private final boolean[] without;
  private final boolean[] byGraph;
  private final double[] tolerances;
  private final double[] entries;
  private final double[] edges;
  private final boolean[] graphHelped;
  private @Nullable PlanGraph graph;
  private boolean sparseProducts;
  private @Nullable PlanGraph preconditioner;
  private final Buffer deep;
  private final boolean[] isDeep;
  private final boolean[] deepens;
  private final boolean[] coarseHelped;
  private final boolean[] coarseFailed;
  private final double[] remaining;
  private final boolean[] builds;
  private final long[] builtFor;
  private @Nullable CoarseSpace coarse;

  /** Which preconditioner a solve gets. */
  public enum Preconditioning {
    /** What is worth its while. */
    AUTO,
    /** The diagonal, always. */
    DIAGONAL,
    /** The graph's factor from the first step, wherever the backend can build it. */
    GRAPH
  }

  /**
   * Allocates the vectors on the session of the systems to come.
   *
   * @param maxSteps steps at most
   */
  public ConjugateGradient(Session session, Arena arena, int maxSteps) {
    this(session, arena, maxSteps, Preconditioning.AUTO, true);
  }

  /**
   * As above, for special uses.
   *
   * @param preconditioning prescribes the preconditioner: to compare
   * @param exact whether flows over the lightest edges of the plan's graph are to be right; else
   *     what is below the rounding of a row's and a column's sum may be left out
   */
  public ConjugateGradient(
      Session session, Arena arena, int maxSteps, Preconditioning preconditioning, boolean exact) {
    this.exact = exact;
    this.session = session;
    this.maxSteps = maxSteps;
    wanted = preconditioning;
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
    count = session.scalar();
    squared = session.scalar();
    goal = session.scalar();
    session.fill(one, 1, null);
    Shape scalars = new Shape(session.batch(), 1, 1);
    activeHost = Tensor.allocate(arena, DType.F64, scalars);
    rzHost = Tensor.allocate(arena, DType.F64, scalars);
    firstHost = Tensor.allocate(arena, DType.F64, scalars);
    stepsHost = Tensor.allocate(arena, DType.F64, scalars);
    countHost = Tensor.allocate(arena, DType.F64, scalars);
    int batch = session.batch();
    pending = new boolean[batch];
    isSparse = new boolean[batch];
    chosen = new boolean[batch];
    without = new boolean[batch];
    byGraph = new boolean[batch];
    graphHelped = new boolean[batch];
    tolerances = new double[batch];
    entries = new double[batch];
    edges = new double[batch];
    deep = session.scalar();
    isDeep = new boolean[batch];
    deepens = new boolean[batch];
    coarseHelped = new boolean[batch];
    coarseFailed = new boolean[batch];
    remaining = new double[batch];
    builds = new boolean[batch];
    builtFor = new long[batch];
  }

  @Override
  public String name() {
    return "cg";
  }

  @Override
  public void solve(MarginalSystem system, Buffer active, double tolerance) {
    Arrays.fill(tolerances, tolerance);
    run(system, active);
  }

  /** As {@link #solve(MarginalSystem, Buffer, double)} with a tolerance for each problem. */
  public void solve(MarginalSystem system, Buffer active, double[] tolerance) {
    System.arraycopy(tolerance, 0, tolerances, 0, tolerances.length);
    run(system, active);
  }

  private void run(MarginalSystem system, Buffer active) {
    for (int problem = 0; problem < tolerances.length; problem++) {
      countHost.setFlat(problem, tolerances[problem] * tolerances[problem]);
    }
    session.write(countHost, squared);
    session.poll();
    session.reciprocal(system.diagonal(), inverse, active);
    session.fill(steps, 0, active);
    Arrays.fill(isDeep, false);
    session.fill(deep, 0, null);
    scan(system, active);
    group(system, active, true);
    group(system, active, false);
    session.read(rz, rzHost);
    session.read(first, firstHost);
    session.read(steps, stepsHost);
    session.poll();
    learn();
  }

  /** Whether the coarse spaces of this solve were worth it. */
  private void learn() {
    for (int problem = 0; problem < isDeep.length; problem++) {
      if (isDeep[problem] && !coarseHelped[problem]) {
        int with = steps(problem) - TRIAL;
        coarseHelped[problem] = with + COARSE_COST < remaining[problem];
        coarseFailed[problem] = !coarseHelped[problem];
      }
    }
  }

  /** Entries of the graph's factor that the last solve of a problem had, 0 without one. */
  public long fill(int problem) {
    return graph == null || !byGraph[problem] ? 0 : graph.fill(problem);
  }

  /** Which problems there are, and whose plans are sparse. */
  private void scan(MarginalSystem system, Buffer active) {
    if (graph == null && wanted != Preconditioning.DIAGONAL) {
      graph = session.planGraph();
    }
    if (graph != null) {
      graph.scan(system.plan(), system.rowSums(), system.columnSums(), exact, count, active);
      session.read(count, countHost);
    }
    session.read(active, activeHost);
    session.poll();
    for (int problem = 0; problem < pending.length; problem++) {
      pending[problem] = activeHost.getFlat(problem) != 0;
      entries[problem] = graph == null ? -1 : countHost.getFlat(problem);
      isSparse[problem] = pending[problem] && entries[problem] >= 0;
      byGraph[problem] = false;
    }
  }

  /** Solves the pending problems whose plans are sparse, or those whose plans are not. */
  private void group(MarginalSystem system, Buffer active, boolean sparse) {
    sparseProducts = sparse;
    boolean mayBuild = graph != null && (sparse || system.plan() instanceof MatrixSource.Stored);
    boolean forced = wanted == Preconditioning.GRAPH;
    for (int problem = 0; problem < pending.length; problem++) {
      boolean mine = pending[problem] && isSparse[problem] == sparse;
      chosen[problem] = mine && mayBuild && (forced || graphHelped[problem]);
      without[problem] = mine && !chosen[problem];
      edges[problem] = forced ? Double.MAX_VALUE : edges[problem];
    }
    factorised(system, active);
    if (!send(without, activeHost, active)) {
      return;
    }
    preconditioner = null;
    start(system, active);
    for (int problem = 0; problem < deepens.length; problem++) {
      deepens[problem] = without[problem] && !sparse && coarseHelped[problem];
    }
    deepen(system);
    int issued = iterate(system, active, TRIAL, 0);
    if (anyActive() && wanted == Preconditioning.AUTO) {
      lookAhead();
      if (mayBuild) {
        chooseGraph();
        factorised(system, active);
        preconditioner = null;
        send(without, activeHost, active);
      }
      for (int problem = 0; problem < deepens.length; problem++) {
        boolean slow = isOpen(problem) && remaining[problem] >= SLOW;
        deepens[problem] = slow && !sparse && !isDeep[problem] && !coarseFailed[problem];
      }
      deepen(system);
    }
    if (anyActive()) {
      iterate(system, active, maxSteps, issued);
    }
  }

  private boolean isOpen(int problem) {
    return activeHost.getFlat(problem) != 0;
  }

  /** Steps still to come of the active problems, at the rate so far. */
  private void lookAhead() {
    session.read(rz, rzHost);
    session.read(first, firstHost);
    session.poll();
    for (int problem = 0; problem < remaining.length; problem++) {
      if (isOpen(problem)) {
        double fallen = Math.min(residual(problem), 0.99);
        remaining[problem] = TRIAL * (Math.log(tolerances[problem]) / Math.log(fallen) - 1);
      }
    }
  }

  /** Problems that are to have a coarse space from here on; their residuals stay. */
  private void deepen(MarginalSystem system) {
    if (!any(deepens)) {
      return;
    }
    if (coarse == null) {
      coarse = session.coarseSpace();
    }
    CoarseSpace own = coarse;
    if (own == null) {
      return;
    }
    long edition = system.edition();
    for (int problem = 0; problem < builds.length; problem++) {
      builds[problem] = deepens[problem] && builtFor[problem] != edition;
    }
    if (send(builds, countHost, count)) {
      own.build(system.plan(), system.rowSums(), system.columnSums(), system.anchor(), count);
    }
    send(deepens, countHost, count);
    session.multiply(system.rhs(), inverse, q, count);
    own.add(system.rhs(), q, count);
    session.dot(system.rhs(), q, first, count);
    session.multiply(first, squared, goal, count);
    session.multiply(residual, inverse, z, count);
    own.add(residual, z, count);
    session.copy(z, p, count);
    session.dot(residual, z, rz, count);
    for (int problem = 0; problem < isDeep.length; problem++) {
      if (deepens[problem]) {
        isDeep[problem] = true;
        builtFor[problem] = edition;
      }
    }
    send(isDeep, countHost, deep);
  }

  /** Solves the chosen problems with their graphs; those that have too large a one go without. */
  private void factorised(MarginalSystem system, Buffer active) {
    PlanGraph own = graph;
    if (own == null || !send(chosen, activeHost, active)) {
      return;
    }
    for (int problem = 0; problem < chosen.length; problem++) {
      countHost.setFlat(problem, edges[problem]);
    }
    session.write(countHost, count);
    session.poll();
    own.build(system.plan(), system.rhs(), count, active);
    session.read(count, countHost);
    session.poll();
    for (int problem = 0; problem < chosen.length; problem++) {
      if (chosen[problem]) {
        boolean built = countHost.getFlat(problem) >= 0;
        chosen[problem] = built;
        without[problem] |= !built;
        byGraph[problem] |= built;
        graphHelped[problem] = built;
      }
    }
    if (send(chosen, activeHost, active)) {
      preconditioner = own;
      start(system, active);
      iterate(system, active, maxSteps, 0);
    }
  }

  /**
   * Chooses among the active problems those whose remaining steps are worth a factor, and how many
   * edges it may have; the others go on without.
   */
  private void chooseGraph() {
    for (int problem = 0; problem < chosen.length; problem++) {
      boolean open = isOpen(problem) && !isDeep[problem];
      double product =
          sparseProducts
              ? DENSE_PER_SPARSE * entries[problem]
              : (double) session.rows() * session.columns();
      double affordable =
          Math.min(remaining[problem] * product / ENTRIES_PER_EDGE, Double.MAX_VALUE);
      chosen[problem] = open && affordable >= session.rows() + session.columns();
      without[problem] = isOpen(problem) && !chosen[problem];
      if (open) {
        edges[problem] = affordable;
      }
    }
  }

  /** Sends a mask by way of the host's copy of it; says whether it names anything. */
  private boolean send(boolean[] marks, Tensor host, Buffer mask) {
    for (int problem = 0; problem < marks.length; problem++) {
      host.setFlat(problem, marks[problem] ? 1 : 0);
    }
    if (!any(marks)) {
      return false;
    }
    session.write(host, mask);
    session.poll();
    return true;
  }

  private static boolean any(boolean[] marks) {
    for (boolean mark : marks) {
      if (mark) {
        return true;
      }
    }
    return false;
  }

  /** From zero, with the first direction of the preconditioner. */
  private void start(MarginalSystem system, Buffer active) {
    session.fill(system.y(), 0, active);
    session.copy(system.rhs(), residual, active);
    precondition(active);
    session.copy(z, p, active);
    session.dot(residual, z, rz, active);
    session.copy(rz, first, active);
    session.multiply(first, squared, goal, active);
    session.keepAbove(rz, 0, one, active);
  }

  private void precondition(Buffer active) {
    if (preconditioner == null) {
      session.multiply(residual, inverse, z, active);
      CoarseSpace own = coarse;
      if (own != null) {
        own.add(residual, z, deep);
      }
    } else {
      preconditioner.apply(residual, z, active);
    }
  }

  private void product(MarginalSystem system, Buffer active) {
    PlanGraph own = graph;
    if (sparseProducts && own != null) {
      own.product(system.rowSums(), p, q, active);
    } else {
      system.product(p, q, active);
    }
  }

  /** Runs until no problem is active or the steps are used up; returns the steps issued. */
  private int iterate(MarginalSystem system, Buffer active, int limit, int from) {
    int issued = from;
    do {
      for (int k = 0; k < BLOCK && issued < limit; k++, issued++) {
        step(system, active);
      }
      session.read(active, activeHost);
      session.poll();
    } while (issued < limit && anyActive());
    return issued;
  }

  private void step(MarginalSystem system, Buffer active) {
    product(system, active);
    session.dot(p, q, pq, active);
    session.keepAbove(pq, 0, one, active);
    session.axpy(1, rz, pq, p, system.y(), active);
    session.axpy(-1, rz, pq, q, residual, active);
    precondition(active);
    session.dot(residual, z, next, active);
    session.xpay(z, next, rz, p, active);
    session.copy(next, rz, active);
    session.axpy(1, one, one, one, steps, active);
    session.keepAbove(rz, 1, goal, active);
  }

  private boolean anyActive() {
    for (int problem = 0; problem < activeHost.batch(); problem++) {
      if (isOpen(problem)) {
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
