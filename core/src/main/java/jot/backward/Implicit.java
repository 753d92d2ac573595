package jot.backward;

import java.lang.foreign.Arena;
import jot.marginal.Batch;
import jot.marginal.CholeskySolver;
import jot.marginal.ConjugateGradient;
import jot.marginal.ConjugateGradient.Preconditioning;
import jot.marginal.DenseElimination;
import jot.marginal.MarginalSolver;
import jot.spi.Buffer;
import jot.spi.Cholesky;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The closed-form backward pass for every loss (Eisenberger et al., Algorithm 1) at the plan's own
 * marginals: exact whether or not the forward pass has converged. The same routine is the
 * forward-mode derivative, since ∂P/∂C is symmetric.
 *
 * <p>Memory: one m×n array of F64 for a stored cost, O(m + n) for points; the dense solver adds
 * min(m, n)² and, where m &lt; n, transposed copies of cost, plan and G.
 */
public final class Implicit {
  /** Smaller sides up to this are eliminated: cheaper than CG's steps at any ε. */
  private static final int SMALL = 64;

  /** Smaller sides up to this may be eliminated where CG ends above its tolerance: 128 MiB each. */
  private static final int DENSE_LIMIT = 4096;

  private final Session session;
  private final Batch state;
  private final Arena arena;
  private final LinearChoice choice;
  private final double tolerance;
  private final int smaller;
  private final Orientation upright;
  private final Buffer one;
  private final Buffer active;
  private final Buffer x;
  private final Buffer y;
  private final Buffer rowMean;
  private final Buffer columnMean;
  private final Buffer epsilonDerivative;
  private final Tensor activeHost;
  private final Tensor rowMeanHost;
  private final Tensor columnMeanHost;
  private final Tensor epsilonHost;
  private final boolean[] dense;
  private @Nullable ErrorEstimate errors;
  private @Nullable Orientation across;
  private @Nullable ConjugateGradient cg;
  private @Nullable DenseElimination elimination;
  private @Nullable CholeskySolver cholesky;
  private @Nullable Load lastLoad;
  private @Nullable Load mirroredLoad;
  private @Nullable Buffer mirroredOut;
  private boolean acrossIsFresh;

  /** Prepares the backward pass of a state. */
  public Implicit(Batch state, Arena arena, LinearChoice choice, double tolerance) {
    this.session = state.session();
    this.state = state;
    this.arena = arena;
    this.choice = choice;
    this.tolerance = tolerance;
    smaller = Math.min(session.rows(), session.columns());
    upright = Orientation.upright(session, state.logPlan());
    one = session.scalar();
    session.fill(one, 1, null);
    active = session.scalar();
    x = session.vector(session.rows());
    y = session.vector(session.columns());
    rowMean = session.scalar();
    columnMean = session.scalar();
    epsilonDerivative = session.scalar();
    activeHost = scalars();
    rowMeanHost = scalars();
    columnMeanHost = scalars();
    epsilonHost = scalars();
    dense = new boolean[session.batch()];
  }

  private Tensor scalars() {
    return Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, 1));
  }

  /** Takes over a new forward solution. */
  public void refresh() {
    upright.refresh(null);
    acrossIsFresh = false;
  }

  /**
   * A loss to pull back, or a tangent to push forward: G, and cotangents of the potentials. Keep
   * one for repeated use: it is known by its identity.
   */
  public record Load(
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      double addPlan) {}

  /** Where results go; null for what is not wanted. */
  public record Target(@Nullable Buffer cost, @Nullable Buffer pointsX, @Nullable Buffer pointsY) {}

  /**
   * Runs the pass and polls. Afterwards {@link #rows} and {@link #columns} hold ∂a and ∂b, centred,
   * and the scalars can be asked for.
   */
  public void run(Load load, Target target, boolean estimate) {
    boolean direct =
        choice == LinearChoice.DENSE || (choice == LinearChoice.AUTO && smaller <= SMALL);
    mark(direct);
    if (choice == LinearChoice.CHOLESKY) {
      factorise(load, target);
    } else if (!direct) {
      ConjugateGradient solver = cg();
      load(upright, load);
      mask(false);
      solver.solve(upright.system(), active, tolerance);
      if (choice == LinearChoice.AUTO && smaller <= DENSE_LIMIT) {
        for (int problem = 0; problem < dense.length; problem++) {
          dense[problem] = !(solver.residual(problem) <= tolerance);
        }
      }
      mask(false);
      finish(upright, load, target, false);
    }
    if (any()) {
      eliminate(load, target, direct || choice == LinearChoice.CHOLESKY);
    }
    if (estimate) {
      errorEstimate().run(load.g(), x, y);
    }
    session.oneSided(state.plan(), load.g(), state.a(), state.b(), x, y);
    session.center(x, state.a(), rowMean);
    session.center(y, state.b(), columnMean);
    session.read(rowMean, rowMeanHost);
    session.read(columnMean, columnMeanHost);
    session.read(epsilonDerivative, epsilonHost);
    session.poll();
  }

  private ErrorEstimate errorEstimate() {
    if (errors == null) {
      errors = new ErrorEstimate(state, upright.system(), arena);
    }
    return errors;
  }

  /** Estimated largest error of an entry of ∂C, NaN where there is no estimate. */
  public double error(int problem) {
    return errors == null ? Double.NaN : errors.of(problem);
  }

  /** Cholesky factors of the smaller side's systems; what they are not good for is left to do. */
  private void factorise(Load load, Target target) {
    boolean mirrored = isMirrored();
    Orientation side = mirrored ? across() : upright;
    CholeskySolver solver = cholesky(side.session());
    if (solver == null) {
      mark(true);
      return;
    }
    Load seen = mirrored ? mirror(load, side.session()) : load;
    load(side, seen);
    mask(false);
    solver.solve(side.system(), active, tolerance);
    for (int problem = 0; problem < dense.length; problem++) {
      dense[problem] = !solver.isGood(problem);
    }
    mask(false);
    finish(side, seen, target, mirrored);
  }

  /** Whether direct solvers work on the transposed problem: its columns are fewer. */
  private boolean isMirrored() {
    return session.rows() < session.columns();
  }

  private void eliminate(Load load, Target target, boolean direct) {
    boolean mirrored = isMirrored();
    Orientation side = mirrored ? across() : upright;
    Load seen = mirrored ? mirror(load, side.session()) : load;
    if (direct || mirrored) {
      load(side, seen);
    }
    DenseElimination solver = elimination(side.session());
    mask(true);
    solver.solve(side.system(), active, tolerance);
    finish(side, seen, target, mirrored);
  }

  /** From the column unknowns to everything else, for the problems of the mask. */
  private void finish(Orientation side, Load load, Target target, boolean mirrored) {
    side.system().finish(active);
    Session queue = side.session();
    side.rowUnknowns(one, mirrored ? y : x, active);
    queue.copy(side.system().y(), mirrored ? x : y, active);
    Buffer out = target.cost();
    if (mirrored && out != null) {
      if (mirroredOut == null) {
        mirroredOut = queue.matrix(DType.F64, queue.rows(), queue.columns());
      }
    }
    queue.costGradient(
        side.logPlan(),
        side.system().plan(),
        load.g(),
        load.rowCotangent(),
        side.system().anchor(),
        side.system().level(),
        side.system().x(),
        side.system().y(),
        load.addPlan(),
        mirrored && out != null ? mirroredOut : out,
        mirrored ? target.pointsY() : target.pointsX(),
        mirrored ? target.pointsX() : target.pointsY(),
        epsilonDerivative,
        active);
    if (mirrored && out != null && mirroredOut != null) {
      queue.transpose(mirroredOut, out, active);
    }
  }

  private void load(Orientation side, Load load) {
    side.system()
        .load(load.g(), state.plan().epsilon(), load.rowCotangent(), load.columnCotangent());
  }

  /** The load as the transposed problem sees it, made anew only for another load. */
  @SuppressWarnings(
      "ReferenceEquality") // a load is known by its identity: equal ones differ in use
  private Load mirror(Load load, Session twin) {
    MatrixSource g = load.g();
    boolean isCost = g == state.plan().cost();
    Load seen = mirroredLoad;
    if (load != lastLoad || seen == null) {
      MatrixSource mirrored = null;
      if (g != null) {
        mirrored = isCost ? across().plan().cost() : Orientation.mirror(twin, g);
      }
      seen = new Load(mirrored, load.columnCotangent(), load.rowCotangent(), load.addPlan());
      lastLoad = load;
      mirroredLoad = seen;
    }
    if (!isCost
        && g instanceof MatrixSource.Stored from
        && seen.g() instanceof MatrixSource.Stored to) {
      twin.transpose(from.values(), to.values(), null);
    }
    return seen;
  }

  private Orientation across() {
    Orientation side = across;
    if (side == null) {
      side = Orientation.transposed(session, state.logPlan());
      across = side;
    }
    if (!acrossIsFresh) {
      acrossIsFresh = true;
      side.refresh(state.plan().cost());
    }
    return side;
  }

  private ConjugateGradient cg() {
    if (cg == null) {
      int steps = choice == LinearChoice.AUTO ? 1_000 : 20_000;
      Preconditioning by =
          switch (choice) {
            case AUTO, DENSE, CHOLESKY, CG -> Preconditioning.AUTO;
            case CG_DIAGONAL -> Preconditioning.DIAGONAL;
            case CG_GRAPH -> Preconditioning.GRAPH;
          };
      cg = new ConjugateGradient(session, arena, steps, by, true);
    }
    return cg;
  }

  private DenseElimination elimination(Session queue) {
    if (elimination == null) {
      elimination = new DenseElimination(queue, arena);
    }
    return elimination;
  }

  /** On a side's session, or null where the backend has no library for it. */
  private @Nullable CholeskySolver cholesky(Session queue) {
    if (cholesky == null) {
      Cholesky factors = queue.cholesky();
      if (factors != null) {
        cholesky = new CholeskySolver(queue, factors, arena);
      }
    }
    return cholesky;
  }

  private void mark(boolean direct) {
    java.util.Arrays.fill(dense, direct);
  }

  private boolean any() {
    for (boolean one : dense) {
      if (one) {
        return true;
      }
    }
    return false;
  }

  /** Activates the problems that go the dense way, or the others. */
  private void mask(boolean wanted) {
    for (int problem = 0; problem < dense.length; problem++) {
      activeHost.setFlat(problem, dense[problem] == wanted ? 1 : 0);
    }
    session.write(activeHost, active);
    session.poll();
  }

  /** ∂a, centred over the rows with mass. */
  public Buffer rows() {
    return x;
  }

  /** ∂b, centred over the columns with mass. */
  public Buffer columns() {
    return y;
  }

  /** μ: what a change of both masses by one would add. */
  public double mass(int problem) {
    return rowMeanHost.getFlat(problem) + columnMeanHost.getFlat(problem);
  }

  /** ∂ε. */
  public double epsilon(int problem) {
    return epsilonHost.getFlat(problem);
  }

  private @Nullable MarginalSolver solver(int problem) {
    if (dense[problem]) {
      return elimination;
    }
    return choice == LinearChoice.CHOLESKY ? cholesky : cg;
  }

  /** Name of the linear solver that gave a problem its result. */
  public String solverName(int problem) {
    MarginalSolver solver = solver(problem);
    return solver == null ? "none" : solver.name();
  }

  /** Relative residual of the linear solve. */
  public double residual(int problem) {
    MarginalSolver solver = solver(problem);
    return solver == null ? 0 : solver.residual(problem);
  }

  /** Steps of the linear solve. */
  public int steps(int problem) {
    MarginalSolver solver = solver(problem);
    return solver == null ? 0 : solver.steps(problem);
  }

  /** Entries of the factor of the plan's graph that preconditioned the linear solve, 0 without. */
  public long fill(int problem) {
    return dense[problem] || cg == null ? 0 : cg.fill(problem);
  }

  /** Components of the plan's graph that the linear solver saw. */
  public int components(int problem) {
    MarginalSolver solver = solver(problem);
    return solver == null ? 1 : solver.components(problem);
  }
}
