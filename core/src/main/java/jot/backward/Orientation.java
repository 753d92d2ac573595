package jot.backward;

import jot.marginal.MarginalSystem;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * The marginal system of a solved batch seen from one side: as it stands, or transposed, when the
 * dense solver is to work on the smaller side. Everything stored is transposed once for a solution;
 * point sets and factors just change places.
 */
final class Orientation {
  private final Session session;
  private final MatrixSource.Gibbs plan;
  private final MatrixSource.LogPlan logPlan;
  private final MarginalSystem system;

  private Orientation(Session session, MatrixSource.LogPlan logPlan) {
    this.session = session;
    this.plan = logPlan.plan();
    this.logPlan = logPlan;
    // A stored cost means the caller has m×n memory: the plan is stored beside it and read as it
    // is.
    MatrixSource rows =
        plan.cost() instanceof MatrixSource.Stored
            ? new MatrixSource.Stored(session.matrix(DType.F64, session.rows(), session.columns()))
            : plan;
    system = new MarginalSystem(session, rows);
  }

  /** As it stands. */
  static Orientation upright(Session session, MatrixSource.LogPlan logPlan) {
    return new Orientation(session, logPlan);
  }

  /** Transposed, on the session's twin. */
  static Orientation transposed(Session session, MatrixSource.LogPlan logPlan) {
    MatrixSource.Gibbs plan = logPlan.plan();
    Session twin = session.transposed();
    MatrixSource.Gibbs mirrored =
        new MatrixSource.Gibbs(
            mirror(twin, plan.cost()),
            plan.columnAnchor(),
            plan.rowAnchor(),
            plan.epsilon(),
            plan.g(),
            plan.f());
    return new Orientation(twin, new MatrixSource.LogPlan(mirrored));
  }

  /**
   * Room for the transpose of a source: a copy to fill where it is stored, else factors swapped.
   */
  static MatrixSource mirror(Session twin, MatrixSource source) {
    if (source instanceof MatrixSource.Stored stored) {
      return new MatrixSource.Stored(
          twin.matrix(stored.values().dtype(), twin.rows(), twin.columns()));
    }
    if (source instanceof MatrixSource.SquaredDistance points) {
      return new MatrixSource.SquaredDistance(points.y(), points.x());
    }
    if (source instanceof MatrixSource.LowRank product) {
      return new MatrixSource.LowRank(product.v(), product.u());
    }
    throw new IllegalArgumentException("source: a plan is mirrored by its potentials: " + source);
  }

  /**
   * Takes over a new solution; {@code upright} is its cost as it stands, or null when this does.
   */
  void refresh(@Nullable MatrixSource upright) {
    if (upright instanceof MatrixSource.Stored from
        && plan.cost() instanceof MatrixSource.Stored to) {
      session.transpose(from.values(), to.values(), null);
    }
    system.refresh(plan);
  }

  Session session() {
    return session;
  }

  MatrixSource.Gibbs plan() {
    return plan;
  }

  MatrixSource.LogPlan logPlan() {
    return logPlan;
  }

  MarginalSystem system() {
    return system;
  }

  /** full ← unknowns of the rows with their levels. */
  void rowUnknowns(Buffer one, Buffer full, Buffer active) {
    session.copy(system.level(), full, active);
    session.axpy(1, one, one, system.x(), full, active);
  }
}
