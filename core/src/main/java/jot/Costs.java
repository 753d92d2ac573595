package jot;

import jot.geometry.DenseCost;
import jot.geometry.Geometry;
import jot.geometry.PointCloud;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The cost of a prepared session: which kind, where its numbers go, and how new ones are bound. */
final class Costs {
  private final Session session;
  private final DType dtype;
  private final MatrixSource source;
  private @Nullable Tensor bound;

  private Costs(Session session, DType dtype, MatrixSource source) {
    this.session = session;
    this.dtype = dtype;
    this.source = source;
  }

  /** Room for dense costs of this type. */
  static Costs dense(Session session, DType dtype) {
    Buffer slot = session.slot(dtype, session.rows(), session.columns());
    return new Costs(session, dtype, new MatrixSource.Stored(slot));
  }

  /** Room for geometries like this one. */
  static Costs like(Session session, Geometry geometry) {
    if (geometry instanceof PointCloud points) {
      int d = points.dimensions();
      return new Costs(
          session,
          geometry.dtype(),
          new MatrixSource.SquaredDistance(
              session.matrix(DType.F64, d, session.rows()),
              session.matrix(DType.F64, d, session.columns())));
    }
    return dense(session, geometry.dtype());
  }

  MatrixSource source() {
    return source;
  }

  DType dtype() {
    return dtype;
  }

  boolean isStored() {
    return source instanceof MatrixSource.Stored;
  }

  /** Whether the cost lies on the session's device: then what is made of it stays there. */
  boolean isOnDevice() {
    return bound != null && bound.isOnDevice();
  }

  /** Coordinates of a point; 0 for a stored cost. */
  int dimensions() {
    return source instanceof MatrixSource.SquaredDistance points ? points.x().rows() : 0;
  }

  /** Binds a geometry of the kind that this was made for. */
  void bind(Geometry geometry) {
    if (geometry instanceof PointCloud points) {
      bindPoints(points);
    } else if (geometry instanceof DenseCost dense) {
      bind(dense.cost());
    }
  }

  /** Binds a dense cost, read where it lies. */
  void bind(Tensor cost) {
    if (!(source instanceof MatrixSource.Stored stored)) {
      throw Checks.bad("cost: expected points, as the layer was prepared for, received an array");
    }
    if (cost.dtype() != dtype) {
      throw Checks.bad("cost: expected " + dtype + ", received " + cost.dtype());
    }
    Checks.matrix("cost", cost, session);
    session.bind(stored.values(), cost);
    bound = cost;
  }

  private void bindPoints(PointCloud points) {
    if (!(source instanceof MatrixSource.SquaredDistance to)) {
      throw Checks.bad("cost: expected an array, as the layer was prepared for, received points");
    }
    Checks.matrix("x", points.x(), session.batch(), session.rows(), dimensions());
    Checks.matrix("y", points.y(), session.batch(), session.columns(), dimensions());
    Checks.finite("x", points.x());
    Checks.finite("y", points.y());
    session.writeTransposed(points.x(), to.x());
    session.writeTransposed(points.y(), to.y());
  }

  /** The caller's cost is still there and this thread may read it. */
  void checkStillUsable() {
    if (bound != null) {
      Checks.usable("cost", bound, session);
    }
  }

  /** The cost's bad entry in words. */
  IllegalArgumentException badEntry(int problem, double flat) {
    int n = session.columns();
    long row = (long) flat / n;
    long column = (long) flat % n;
    return Checks.bad(
        "cost: expected numbers or +∞, received "
            + value(problem, (int) row, (int) column)
            + " at row "
            + row
            + ", column "
            + column
            + " of problem "
            + problem);
  }

  private String value(int problem, int row, int column) {
    if (bound == null) {
      return "an overflow";
    }
    return bound.isOnDevice() ? "NaN or −∞" : String.valueOf(bound.get(problem, row, column));
  }
}
