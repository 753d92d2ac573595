package jot;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;
import jot.backward.Implicit;
import jot.backward.LinearChoice;
import jot.geometry.Geometry;
import jot.solve.Descent;
import jot.solve.Forward;
import jot.solve.ForwardSolver;
import jot.solve.ForwardState;
import jot.solve.History;
import jot.solve.Limits;
import jot.solve.LogDomain;
import jot.solve.Marks;
import jot.solve.NewtonCg;
import jot.solve.Outcome;
import jot.solve.Progress;
import jot.solve.Scaling;
import jot.spi.Backend;
import jot.spi.DeviceSession;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A prepared batch on a backend with everything that forward and backward work on. A {@link
 * Solution} owns one, a {@link SinkhornLayer} keeps one. One operation at a time: the lock makes a
 * close wait for it.
 */
final class Engine implements AutoCloseable {
  /**
   * Sweeps ahead from which Newton's method is the faster: one of its passes costs several sweeps.
   */
  private static final double PATIENCE_SCALING = 200;

  private static final double PATIENCE_LOG = 80;

  /** Residual of sweeps up to which Newton's method goes on from where they are. */
  private static final double NEAR = 0.1;

  /** Tolerance from which a kernel of F32 is right enough: some of its roundings. */
  private static final double NARROW_TOLERANCE = 1e-6;

  /** Masses up to which, and down to whose reciprocal, plans fit into F32 with room to spare. */
  private static final double NARROW_MASS = 1e15;

  /** A descent takes at most this part of the iterations. */
  private static final int DESCENT_SHARE = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Settings settings;
  private final Backend backend;
  private final Session session;
  private final Arena arena = Arena.ofShared();
  private final Costs costs;
  private final ForwardState state;
  private final History history;
  private final Forward forward;
  private final Progress progress;
  private final Limits limits;
  private final ForwardSolver log = new LogDomain();
  private @Nullable ForwardSolver wide;
  private @Nullable ForwardSolver narrow;
  private final boolean[] byScaling;
  private final boolean[] byLog;
  private final boolean[] warm;
  private final boolean[] byNewton;
  private final boolean[] descended;
  private final Accelerated accelerated;
  private @Nullable NewtonCg newton;
  private @Nullable Descent descent;
  private final Tensor rowAnchor;
  private final Tensor columnAnchor;
  private @Nullable Implicit implicit;
  private boolean implicitIsFresh;
  private @Nullable DeviceWeights deviceWeights;
  private boolean potentialsAreOld;
  private boolean closed;

  private Engine(Settings settings, Backend backend, Session session, Costs costs) {
    this.settings = settings;
    this.backend = backend;
    this.session = session;
    this.costs = costs;
    state = new ForwardState(session, costs.source(), arena);
    history = new History(session.batch());
    forward = new Forward(state, history);
    ProgressListener listener = settings.listener();
    progress = listener == null ? Progress.NONE : listener::progress;
    limits = new Limits(settings.tolerance(), settings.maxIterations());
    byScaling = new boolean[session.batch()];
    byLog = new boolean[session.batch()];
    warm = new boolean[session.batch()];
    byNewton = new boolean[session.batch()];
    descended = new boolean[session.batch()];
    accelerated = new Accelerated(settings.solver(), state, arena);
    rowAnchor = vector(session.rows());
    columnAnchor = vector(session.columns());
    if (settings.linearSolver() == LinearSolver.CHOLESKY) {
      session.cholesky(); // a library that is missing is said before any work
    }
  }

  /** Prepares for dense costs. */
  static Engine dense(
      Settings settings, Backend backend, DType dtype, int batch, int rows, int columns) {
    Session session = open(settings, backend, batch, rows, columns);
    return guarded(
        session, () -> new Engine(settings, backend, session, Costs.dense(session, dtype)));
  }

  /** Prepares for geometries like this one. */
  static Engine like(Settings settings, Backend backend, Geometry geometry) {
    Session session =
        open(settings, backend, geometry.batch(), geometry.rows(), geometry.columns());
    return guarded(
        session, () -> new Engine(settings, backend, session, Costs.like(session, geometry)));
  }

  private static Session open(
      Settings settings, Backend backend, int batch, int rows, int columns) {
    return settings.stream() == 0
        ? backend.open(batch, rows, columns)
        : backend.open(batch, rows, columns, settings.stream());
  }

  private static Engine guarded(Session session, java.util.function.Supplier<Engine> make) {
    try {
      return make.get();
    } catch (Throwable thrown) {
      session.close();
      throw thrown;
    }
  }

  Tensor vector(int length) {
    return Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, length));
  }

  Session session() {
    return session;
  }

  ForwardState state() {
    return state;
  }

  Costs costs() {
    return costs;
  }

  Arena arena() {
    return arena;
  }

  History history() {
    return history;
  }

  String backendDescription() {
    return backend.description();
  }

  String backendName() {
    return backend.name();
  }

  boolean estimatesErrors() {
    return settings.errorEstimate();
  }

  double linearTolerance() {
    return settings.linearTolerance();
  }

  /** α, valid after {@link #fetchPotentials}. */
  Tensor rowAnchor() {
    return rowAnchor;
  }

  /** β, valid after {@link #fetchPotentials}. */
  Tensor columnAnchor() {
    return columnAnchor;
  }

  /** Begins an operation: alone, on memory that is there. */
  void enter() {
    lock.lock();
    if (closed) {
      lock.unlock();
      throw new IllegalStateException(
          "this solution or layer is closed; ask it before close(), or copy what you need");
    }
  }

  /** As {@link #enter}, for an operation that reads the caller's cost again. */
  void enterReading() {
    enter();
    try {
      costs.checkStillUsable();
    } catch (IllegalArgumentException gone) {
      lock.unlock();
      throw gone;
    }
  }

  void exit() {
    lock.unlock();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
        arena.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Memory that went away during an operation, in words; other failures pass. */
  static RuntimeException explain(RuntimeException failure) {
    String message = failure.getMessage();
    if (failure instanceof IllegalStateException
        && message != null
        && message.contains("Already closed")) {
      return new IllegalStateException(
          "an arena was closed while jot worked on its memory; keep the arenas of cost, weights and"
              + " gradients open until the call returns, and the cost's until the solution is"
              + " closed",
          failure);
    }
    return failure;
  }

  /** Solves a problem of the prepared kind and shape. */
  void forward(Problem problem) {
    costs.bind(problem.geometry());
    solve(problem.a(), problem.b(), problem.epsilon(), problem.f());
  }

  /** Solves dense problems. */
  void forward(Tensor cost, @Nullable Tensor a, @Nullable Tensor b) {
    costs.bind(cost);
    solve(a, b, null, null);
  }

  private void solve(
      @Nullable Tensor a, @Nullable Tensor b, double @Nullable [] epsilon, @Nullable Tensor f) {
    int batch = session.batch();
    for (int problem = 0; problem < batch; problem++) {
      state
          .epsilonHost()
          .setFlat(problem, Checks.epsilon(epsilon, settings.epsilon(), problem, batch));
    }
    boolean resident = costs.isOnDevice() || isOnDevice(a) || isOnDevice(b);
    weigh(a, b, resident);
    implicitIsFresh = false;
    potentialsAreOld = true;
    inspect();
    if (f != null || !resident) {
      start(f);
    }
    forward.begin(limits);
    choose();
    forward.makeColumnsExact(settings.schedule().descends() ? null : byScaling);
    descend();
    if (Marks.any(byScaling)) {
      sweep(scaling(), byScaling, PATIENCE_SCALING);
    }
    if (Marks.any(byLog)) {
      sweep(logDomain(), byLog, PATIENCE_LOG);
    }
    forward.explainCrawling();
    if (Marks.any(byNewton)) {
      boolean brought = f != null || settings.schedule().descends();
      for (int problem = 0; problem < batch; problem++) {
        warm[problem] = settings.solver() == Solver.NEWTON ? brought : residual(problem) <= NEAR;
      }
      forward.newton(newtonCg(), byNewton, warm, limits, progress);
    }
    if (accelerated.isAskedFor()) {
      accelerated.solve(forward, limits, progress);
    }
    forward.explainFailures();
    forward.measureEnded();
    if (!resident) {
      fetchPotentials();
    }
    if (settings.requireConvergence()) {
      for (int problem = 0; problem < batch; problem++) {
        Status status = status(problem);
        if (!status.converged()) {
          throw new NotConvergedException(status, problem, residual(problem));
        }
      }
    }
  }

  /** ε-scaling, where it is asked for. */
  private void descend() {
    EpsilonSchedule schedule = settings.schedule();
    int sweeps = limits.maxIterations() / DESCENT_SHARE;
    if (schedule.descends() && sweeps > 0) {
      if (descent == null) {
        descent = new Descent(state, arena);
      }
      descent.run(schedule.start(), schedule.factor(), schedule.adapts(), sweeps, descended);
      forward.reserve(descended, sweeps);
    }
  }

  private static boolean isOnDevice(@Nullable Tensor tensor) {
    return tensor != null && tensor.isOnDevice();
  }

  private void weigh(@Nullable Tensor a, @Nullable Tensor b, boolean resident) {
    if (resident && session instanceof DeviceSession device) {
      DeviceWeights weights = deviceWeights;
      if (weights == null) {
        weights = new DeviceWeights(device, state, arena);
        deviceWeights = weights;
      }
      weights.load(a, b);
      state.weightsAreOnHost(false);
      return;
    }
    state.weightsAreOnHost(true); // the copies that are written next are not fetched
    Weights.load(a, b, state.aHost(), state.bHost());
    state.addUpMass();
    session.write(state.aHost(), state.a());
    session.write(state.bHost(), state.b());
  }

  /** Brings potentials and anchors to the host, where they are not there yet. */
  void fetchPotentials() {
    if (potentialsAreOld) {
      potentialsAreOld = false;
      session.read(state.plan().f(), state.fHost());
      session.read(state.plan().g(), state.gHost());
      fetchAnchors();
    }
  }

  private void fetchAnchors() {
    session.read(state.plan().rowAnchor(), rowAnchor);
    session.read(state.plan().columnAnchor(), columnAnchor);
    session.poll();
  }

  private void inspect() {
    session.write(state.epsilonHost(), state.plan().epsilon());
    session.inspect(
        costs.source(),
        state.a(),
        state.b(),
        state.plan().rowAnchor(),
        state.plan().columnAnchor(),
        state.facts());
    session.read(state.facts(), state.factsHost());
    session.poll();
    for (int problem = 0; problem < session.batch(); problem++) {
      double bad = fact(problem, Session.Facts.BAD_ENTRY);
      if (bad >= 0) {
        throw costs.badEntry(problem, bad);
      }
    }
  }

  double fact(int problem, int fact) {
    return state.fact(problem, fact);
  }

  /** Row potentials to start from, less the anchors; −∞ where there is no mass. */
  private void start(@Nullable Tensor f) {
    int m = session.rows();
    if (f != null) {
      Checks.vector("warm start f", f, session.batch(), m);
      fetchAnchors();
    }
    for (int problem = 0; problem < session.batch(); problem++) {
      for (int i = 0; i < m; i++) {
        long at = (long) problem * m + i;
        double value = Double.NEGATIVE_INFINITY;
        if (state.aHost().getFlat(at) > 0) {
          value = 0;
          if (f != null) {
            double given = f.getFlat(f.batch() == 1 ? i : at);
            if (!Double.isFinite(given)) {
              throw Checks.bad(
                  "warm start f: expected finite potentials where there is mass, received "
                      + given
                      + " at index "
                      + i
                      + " of problem "
                      + problem);
            }
            value = given - rowAnchor.getFlat(at);
          }
        }
        state.fHost().setFlat(at, value);
      }
    }
    session.write(state.fHost(), state.plan().f());
    session.poll();
  }

  /** Which solver each problem gets, from its own numbers alone. */
  private void choose() {
    for (int problem = 0; problem < session.batch(); problem++) {
      boolean feasible =
          fact(problem, Session.Facts.BLOCKED_ROW) < 0
              && fact(problem, Session.Facts.BLOCKED_COLUMN) < 0;
      if (!feasible) {
        state.end(problem, Outcome.INFEASIBLE);
      }
      byScaling[problem] =
          switch (settings.solver()) {
            case SCALING -> true;
            case LOG, NEWTON, OVERRELAXED, ANDERSON, LBFGS -> false;
            case AUTO -> costs.isStored();
          };
      byNewton[problem] = settings.solver() == Solver.NEWTON;
      byLog[problem] = !byScaling[problem] && !byNewton[problem] && !accelerated.isAskedFor();
    }
  }

  /** Runs a sweeping solver; what it leaves, under AUTO, is Newton's. */
  private void sweep(ForwardSolver solver, boolean[] chosen, double patience) {
    boolean auto = settings.solver() == Solver.AUTO;
    forward.solve(solver, chosen, limits, auto ? patience : Double.POSITIVE_INFINITY, progress);
    for (int problem = 0; problem < chosen.length; problem++) {
      byNewton[problem] |= chosen[problem] && forward.isSlow(problem);
    }
  }

  /** On a kernel of F32 where that is right enough; over-relaxed where nobody asked for plain. */
  private ForwardSolver scaling() {
    boolean fits = limits.tolerance() >= NARROW_TOLERANCE;
    for (int problem = 0; problem < session.batch(); problem++) {
      double mass = state.mass(problem);
      fits &= mass < NARROW_MASS && mass > 1 / NARROW_MASS;
    }
    ForwardSolver solver = fits ? narrow : wide;
    if (solver == null) {
      DType storage = fits ? DType.F32 : DType.F64;
      boolean relaxed = settings.solver() == Solver.AUTO;
      solver = relaxed ? Scaling.relaxed(storage, state, arena) : Scaling.plain(storage);
      if (fits) {
        narrow = solver;
      } else {
        wide = solver;
      }
    }
    return solver;
  }

  /** Over-relaxed where nobody asked for plain sweeps. */
  private ForwardSolver logDomain() {
    return settings.solver() == Solver.AUTO ? accelerated.overRelaxed() : log;
  }

  private NewtonCg newtonCg() {
    if (newton == null) {
      newton = new NewtonCg(state, arena);
    }
    return newton;
  }

  int iterations(int problem) {
    return state.iterations(problem) + forward.passes(problem);
  }

  String solver(int problem) {
    if (byNewton[problem]) {
      return "newton";
    }
    if (accelerated.isAskedFor()) {
      return accelerated.name();
    }
    return byScaling[problem] ? "scaling" : log.name();
  }

  String solverReason(int problem) {
    if (settings.solver() != Solver.AUTO) {
      return "asked for";
    }
    if (byNewton[problem]) {
      return "sweeps were too slow: more than "
          + (int) (byScaling[problem] ? PATIENCE_SCALING : PATIENCE_LOG)
          + " lay ahead at their rate";
    }
    return byScaling[problem]
        ? "sweeps on a stored kernel came to their end in time"
        : "points have no m×n array to hold a kernel, and sweeps came to their end in time";
  }

  Status status(int problem) {
    return Status.of(state.outcome(problem));
  }

  double residual(int problem) {
    return state.residual(problem) / state.mass(problem);
  }

  /** The backward pass of the current solution. */
  Implicit implicit() {
    Implicit pass = implicit;
    if (pass == null) {
      LinearChoice choice =
          switch (settings.linearSolver()) {
            case AUTO -> LinearChoice.AUTO;
            case DENSE -> LinearChoice.DENSE;
            case CHOLESKY -> LinearChoice.CHOLESKY;
            case CG -> LinearChoice.CG;
            case CG_DIAGONAL -> LinearChoice.CG_DIAGONAL;
            case CG_GRAPH -> LinearChoice.CG_GRAPH;
          };
      pass = new Implicit(state.batch(), arena, choice, settings.linearTolerance());
      implicit = pass;
    }
    if (!implicitIsFresh) {
      pass.refresh();
      implicitIsFresh = true;
    }
    return pass;
  }
}
