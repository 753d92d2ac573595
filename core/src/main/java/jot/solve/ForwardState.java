package jot.solve;

import java.lang.foreign.Arena;
import jot.marginal.Batch;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A batch of problems on a backend: cost, weights, ε, potentials and the scalars that steer a
 * solve, with host mirrors of what is polled. Potentials are less the anchors (see {@link
 * MatrixSource.Gibbs}); memory O(batch·(m + n)).
 */
public final class ForwardState {
  private final Session session;
  private final MatrixSource.Gibbs plan;
  private final MatrixSource.LogPlan logPlan;
  private final Buffer a;
  private final Buffer b;
  private final Buffer facts;
  private final Buffer threshold;
  private final Buffer zero;
  private final Buffer infinite;
  private final Buffer residual;
  private final Buffer sweeps;
  private final Buffer active;
  private final Tensor aHost;
  private final Tensor bHost;
  private final Tensor epsilonHost;
  private final Tensor factsHost;
  private final Tensor thresholdHost;
  private final Tensor residualHost;
  private final Tensor sweepsHost;
  private final Tensor activeHost;
  private final Tensor fHost;
  private final Tensor gHost;
  private final Outcome[] outcomes;
  private final double[] mass;
  private boolean weightsAreOld;
  private @Nullable Buffer kernel;
  private @Nullable Buffer narrowKernel;
  private @Nullable Buffer u;
  private @Nullable Buffer v;
  private @Nullable Buffer stale;

  /**
   * Allocates the state on a session.
   *
   * @param arena where host mirrors live; must live as long as the state
   */
  public ForwardState(Session session, MatrixSource cost, Arena arena) {
    this.session = session;
    int m = session.rows();
    int n = session.columns();
    plan =
        new MatrixSource.Gibbs(
            cost,
            session.vector(m),
            session.vector(n),
            session.scalar(),
            session.vector(m),
            session.vector(n));
    logPlan = new MatrixSource.LogPlan(plan);
    a = session.vector(m);
    b = session.vector(n);
    facts = session.vector(Session.Facts.COUNT);
    threshold = session.scalar();
    zero = session.scalar();
    infinite = session.scalar();
    residual = session.scalar();
    sweeps = session.scalar();
    active = session.scalar();
    aHost = vector(arena, m);
    bHost = vector(arena, n);
    epsilonHost = vector(arena, 1);
    factsHost = vector(arena, Session.Facts.COUNT);
    thresholdHost = vector(arena, 1);
    residualHost = vector(arena, 1);
    sweepsHost = vector(arena, 1);
    activeHost = vector(arena, 1);
    fHost = vector(arena, m);
    gHost = vector(arena, n);
    outcomes = new Outcome[session.batch()];
    mass = new double[session.batch()];
    session.fill(infinite, Double.POSITIVE_INFINITY, null);
  }

  private Tensor vector(Arena arena, int length) {
    return Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, length));
  }

  /** The queue that everything is issued to. */
  public Session session() {
    return session;
  }

  /** The plan of the current potentials. */
  public MatrixSource.Gibbs plan() {
    return plan;
  }

  /** Its logarithm. */
  public MatrixSource.LogPlan logPlan() {
    return logPlan;
  }

  /** What derivatives need of this. */
  public Batch batch() {
    return new Batch(session, logPlan, a, b, aHost, bHost, epsilonHost);
  }

  /** Row weights a on the backend. */
  public Buffer a() {
    return a;
  }

  /** Column weights b on the backend. */
  public Buffer b() {
    return b;
  }

  /** What {@link Session#inspect} writes. */
  public Buffer facts() {
    return facts;
  }

  /** Host copy of a, (batch, 1, m): written before {@link #begin}, or fetched when asked for. */
  public Tensor aHost() {
    fetchWeights();
    return aHost;
  }

  /** Host copy of b, (batch, 1, n). */
  public Tensor bHost() {
    fetchWeights();
    return bHost;
  }

  /** Brings the host's copies of the weights up to date; waits where they are not. */
  public void fetchWeights() {
    if (weightsAreOld) {
      weightsAreOld = false;
      session.read(a, aHost);
      session.read(b, bHost);
      session.poll();
    }
  }

  /** Says whether the host's copies hold the weights, or the buffers alone do. */
  public void weightsAreOnHost(boolean onHost) {
    weightsAreOld = !onHost;
  }

  /** Sets Σa of every problem from the host's copy. */
  public void addUpMass() {
    long m = session.rows();
    for (int problem = 0; problem < mass.length; problem++) {
      double sum = 0;
      for (long i = 0; i < m; i++) {
        sum += aHost.getFlat(problem * m + i);
      }
      mass[problem] = sum;
    }
  }

  /** Sets Σa of a problem. */
  public void setMass(int problem, double sum) {
    mass[problem] = sum;
  }

  /** Host copy of ε, (batch, 1, 1). */
  public Tensor epsilonHost() {
    return epsilonHost;
  }

  /** Host copy of the facts, valid after a poll that follows a read. */
  public Tensor factsHost() {
    return factsHost;
  }

  /** One of a problem's {@link Session.Facts}, valid as the host copy. */
  public double fact(int problem, int fact) {
    return factsHost.getFlat((long) problem * Session.Facts.COUNT + fact);
  }

  /** Where potentials are read to; less the anchors. */
  public Tensor fHost() {
    return fHost;
  }

  /** Where potentials are read to; less the anchors. */
  public Tensor gHost() {
    return gHost;
  }

  /** How a problem ended. */
  public Outcome outcome(int problem) {
    return outcomes[problem];
  }

  /** Says how a problem ended. */
  public void end(int problem, Outcome outcome) {
    outcomes[problem] = outcome;
  }

  /** L1 residual of the rows of the current plan, not divided by the mass. */
  public double residual(int problem) {
    return residualHost.getFlat(problem);
  }

  /** Updates that a problem took. */
  public int iterations(int problem) {
    return (int) sweepsHost.getFlat(problem);
  }

  /** Total mass Σa. */
  public double mass(int problem) {
    return mass[problem];
  }

  Buffer threshold() {
    return threshold;
  }

  Buffer zero() {
    return zero;
  }

  Buffer infinite() {
    return infinite;
  }

  Buffer residualBuffer() {
    return residual;
  }

  /** Says of marked problems that no residual is known: their next sweep rounds nothing to F32. */
  void forgetResidual(Buffer mask) {
    session.fill(residual, 0, mask);
  }

  Buffer sweeps() {
    return sweeps;
  }

  Buffer active() {
    return active;
  }

  boolean isActive(int problem) {
    return activeHost.getFlat(problem) != 0;
  }

  void setActive(int problem, boolean on) {
    activeHost.setFlat(problem, on ? 1 : 0);
  }

  /** Sends the host's mask and waits, for the next poll reads into the same memory. */
  void sendActive() {
    session.write(activeHost, active);
    session.poll();
  }

  /** Sends thresholds tolerance·mass, clears counters and outcomes. */
  void begin(double tolerance) {
    for (int problem = 0; problem < session.batch(); problem++) {
      thresholdHost.setFlat(problem, tolerance * mass(problem));
      outcomes[problem] = Outcome.RUNNING;
    }
    session.write(thresholdHost, threshold);
    session.fill(sweeps, 0, null);
    session.fill(residual, 0, null);
  }

  double tolerated(int problem) {
    return thresholdHost.getFlat(problem);
  }

  /** Waits, then the host's scalars are those of the backend. */
  void pollScalars() {
    session.read(residual, residualHost);
    session.read(sweeps, sweepsHost);
    session.read(active, activeHost);
    session.poll();
  }

  /** The absorbed kernel of the scaling solver, or a plan: one m×n array, made when first asked. */
  Buffer kernel(DType storage) {
    Buffer own = storage == DType.F32 ? narrowKernel : kernel;
    if (own == null) {
      own = session.matrix(storage, session.rows(), session.columns());
      if (storage == DType.F32) {
        narrowKernel = own;
      } else {
        kernel = own;
      }
    }
    return own;
  }

  Buffer u() {
    if (u == null) {
      u = session.vector(session.rows());
    }
    return u;
  }

  Buffer v() {
    if (v == null) {
      v = session.vector(session.columns());
    }
    return v;
  }

  Buffer stale() {
    if (stale == null) {
      stale = session.scalar();
    }
    return stale;
  }
}
