package jot.marginal;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.Cholesky;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * A vendor's Cholesky factor and one step of refinement, whose residual is the anchored product.
 *
 * <p>The factor Ŝ = S + E has |E| of some n roundings of S's diagonal D, so S⁻¹E is at most n·2⁻⁵³
 * times κ = max S⁻¹D 1: S is an M-matrix, its inverse has no negative entry, and this is the norm
 * itself, had by one more solve. (It is also the longest mean time in which a walk along the plan's
 * graph comes to the grounded column.) Where that is small, Ŝ⁻¹ of a residual is the error to that
 * relative accuracy. Next to a permutation, or where the graph nearly falls apart, κ is large and
 * the answer is not {@linkplain #isGood good}.
 */
public final class CholeskySolver implements MarginalSolver {
  /** Relative accuracy of Ŝ⁻¹ that makes it good enough to measure errors with. */
  private static final double REACH = 1e-3;

  private static final double ROUNDING = 0x1p-53;

  private final Cholesky cholesky;
  private final Session session;
  private final Buffer residual;
  private final Buffer step;
  private final Buffer one;
  private final Buffer failed;
  private final Buffer reach;
  private final Buffer size;
  private final Buffer rest;
  private final Tensor failedHost;
  private final Tensor reachHost;
  private final Tensor sizeHost;
  private final Tensor restHost;
  private double goal;

  /** Allocates the vectors on the session of the systems to come. */
  public CholeskySolver(Session session, Cholesky cholesky, Arena arena) {
    this.session = session;
    this.cholesky = cholesky;
    residual = session.vector(session.columns());
    step = session.vector(session.columns());
    one = session.scalar();
    session.fill(one, 1, null);
    failed = session.scalar();
    reach = session.scalar();
    size = session.scalar();
    rest = session.scalar();
    Shape scalars = new Shape(session.batch(), 1, 1);
    failedHost = Tensor.allocate(arena, DType.F64, scalars);
    reachHost = Tensor.allocate(arena, DType.F64, scalars);
    sizeHost = Tensor.allocate(arena, DType.F64, scalars);
    restHost = Tensor.allocate(arena, DType.F64, scalars);
  }

  @Override
  public String name() {
    return "cholesky";
  }

  @Override
  public void solve(MarginalSystem system, Buffer active, double tolerance) {
    goal = tolerance;
    cholesky.factorise(
        system.plan(), system.rowSums(), system.columnSums(), system.diagonal(), failed, active);
    cholesky.solve(system.diagonal(), step, active);
    session.maxAbs(step, reach, active);
    cholesky.solve(system.rhs(), system.y(), active);
    correction(system, active);
    session.axpy(1, one, one, step, system.y(), active);
    correction(system, active);
    session.maxAbs(step, rest, active);
    session.maxAbs(system.y(), size, active);
    session.read(failed, failedHost);
    session.read(reach, reachHost);
    session.read(size, sizeHost);
    session.read(rest, restHost);
    session.poll();
  }

  /** step ← Ŝ⁻¹ (rhs − S y). */
  private void correction(MarginalSystem system, Buffer active) {
    system.product(system.y(), step, active);
    session.copy(system.rhs(), residual, active);
    session.axpy(-1, one, one, step, residual, active);
    cholesky.solve(residual, step, active);
  }

  /** Whether a problem's solution is known to be within the tolerance. */
  public boolean isGood(int problem) {
    boolean factor = failedHost.getFlat(problem) == 0;
    double loss = session.columns() * ROUNDING * reachHost.getFlat(problem);
    return factor && loss <= REACH && residual(problem) <= goal;
  }

  /** The correction that is left over, relative to the solution, both by their largest entries. */
  @Override
  public double residual(int problem) {
    double left = restHost.getFlat(problem);
    return left == 0 ? 0 : left / sizeHost.getFlat(problem);
  }

  @Override
  public int steps(int problem) {
    return 0;
  }

  @Override
  public int components(int problem) {
    return 1;
  }
}
