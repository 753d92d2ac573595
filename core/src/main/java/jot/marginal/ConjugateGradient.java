package jot.marginal;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * Conjugate gradients on the anchored product, one read of the plan a step, preconditioned by the
 * diagonal. All scalars stay on the backend; every problem stops on its own, when its residual in
 * the preconditioner's norm has fallen by the tolerance. The residual's mean is left alone:
 * correcting it would add noise as large as the small components (MATH 2). Memory O(n) a problem.
 */
public final class ConjugateGradient implements MarginalSolver {
  /** Steps between polls. */
  private static final int BLOCK = 8;

  private final double tolerance;
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
  private final Tensor activeHost;
  private final Tensor rzHost;
  private final Tensor firstHost;
  private final Tensor stepsHost;

  /**
   * Allocates the vectors on the session of the systems to come.
   *
   * @param tolerance relative residual to reach
   * @param maxSteps steps at most
   */
  public ConjugateGradient(Session session, Arena arena, double tolerance, int maxSteps) {
    this.tolerance = tolerance;
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
    session.fill(one, 1, null);
    Shape scalars = new Shape(session.batch(), 1, 1);
    activeHost = Tensor.allocate(arena, DType.F64, scalars);
    rzHost = Tensor.allocate(arena, DType.F64, scalars);
    firstHost = Tensor.allocate(arena, DType.F64, scalars);
    stepsHost = Tensor.allocate(arena, DType.F64, scalars);
  }

  @Override
  public String name() {
    return "cg";
  }

  @Override
  public void solve(MarginalSystem system, Buffer active) {
    Session session = system.session();
    Buffer y = system.y();
    session.reciprocal(system.diagonal(), inverse, active);
    session.fill(y, 0, active);
    session.copy(system.rhs(), residual, active);
    session.multiply(residual, inverse, z, active);
    session.copy(z, p, active);
    session.dot(residual, z, rz, active);
    session.copy(rz, first, active);
    session.fill(steps, 0, active);
    session.keepAbove(rz, 0, one, active);
    int issued = 0;
    do {
      for (int k = 0; k < BLOCK && issued < maxSteps; k++, issued++) {
        step(system, session, y, active);
      }
      session.read(active, activeHost);
      session.poll();
    } while (issued < maxSteps && anyActive());
    session.read(rz, rzHost);
    session.read(first, firstHost);
    session.read(steps, stepsHost);
    session.poll();
  }

  private void step(MarginalSystem system, Session session, Buffer y, Buffer active) {
    system.product(p, q, active);
    session.dot(p, q, pq, active);
    session.keepAbove(pq, 0, one, active);
    session.axpy(1, rz, pq, p, y, active);
    session.axpy(-1, rz, pq, q, residual, active);
    session.multiply(residual, inverse, z, active);
    session.dot(residual, z, next, active);
    session.xpay(z, next, rz, p, active);
    session.copy(next, rz, active);
    session.axpy(1, one, one, one, steps, active);
    session.keepAbove(rz, tolerance * tolerance, first, active);
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
