package jot.marginal;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * Direct solution by accurate elimination: every pivot is a sum of weights, nothing is subtracted,
 * so a plan next to a permutation costs no digits. Memory n² doubles a problem, work m n²/2 + n³/6.
 */
public final class DenseElimination implements MarginalSolver {
  private final Buffer factor;
  private final Buffer components;
  private final Tensor componentsHost;

  /** Allocates the factor on the session of the systems to come. */
  public DenseElimination(Session session, Arena arena) {
    factor = session.matrix(DType.F64, session.columns(), session.columns());
    components = session.scalar();
    componentsHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, 1));
  }

  @Override
  public String name() {
    return "dense";
  }

  @Override
  public void solve(MarginalSystem system, Buffer active, double tolerance) {
    Session session = system.session();
    session.eliminate(
        system.plan(), system.rowSums(), system.columnSums(), factor, components, active);
    session.eliminateSolve(factor, system.rhs(), system.y(), active);
    session.read(components, componentsHost);
    session.poll();
  }

  @Override
  public double residual(int problem) {
    return 0;
  }

  @Override
  public int steps(int problem) {
    return 0;
  }

  @Override
  public int components(int problem) {
    return (int) componentsHost.getFlat(problem);
  }
}
