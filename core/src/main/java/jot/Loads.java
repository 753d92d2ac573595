package jot;

import jot.backward.Implicit;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Brings losses and tangents to the backend, checked; a kind that comes again allocates nothing.
 */
final class Loads {
  /** Relative difference of the cotangents' sums that counts as rounding. */
  private static final double GAUGE_TOLERANCE = 1e-8;

  private final Engine engine;
  private final Session session;
  private final Buffer rowCotangent;
  private final Buffer columnCotangent;
  private final Buffer found;
  private final Tensor foundHost;
  private Implicit.@Nullable Load dense32;
  private Implicit.@Nullable Load dense64;
  private Implicit.@Nullable Load sharp;
  private MatrixSource.@Nullable LowRank lowRank;
  private MatrixSource.@Nullable Stored tangent;

  Loads(Engine engine) {
    this.engine = engine;
    session = engine.session();
    rowCotangent = session.vector(session.rows());
    columnCotangent = session.vector(session.columns());
    found = session.scalar();
    foundHost = engine.vector(1);
  }

  Implicit.Load of(PlanGradient planGradient) {
    boolean cotangents = loadCotangents(planGradient.f(), planGradient.g(), "cotangent");
    Tensor values = planGradient.dense();
    if (values != null) {
      Implicit.Load load = dense(values);
      return cotangents ? with(load) : load;
    }
    if (planGradient.isSharp()) {
      if (sharp == null) {
        sharp = new Implicit.Load(engine.costs().source(), null, null, 1);
      }
      return cotangents ? with(sharp) : sharp;
    }
    Tensor u = planGradient.u();
    Tensor v = planGradient.v();
    Implicit.Load load =
        new Implicit.Load(u == null || v == null ? null : factors(u, v), null, null, 0);
    return cotangents ? with(load) : load;
  }

  private Implicit.Load with(Implicit.Load load) {
    return new Implicit.Load(load.g(), rowCotangent, columnCotangent, load.addPlan());
  }

  private Implicit.Load dense(Tensor values) {
    Checks.matrix("plan gradient", values, session);
    Implicit.Load load = room(values.dtype());
    if (load.g() instanceof MatrixSource.Stored stored) {
      session.bind(stored.values(), values);
      refuseNonFinite("plan gradient", stored.values(), values);
    }
    return load;
  }

  /** Room for a gradient of this type, made at its first use. */
  private Implicit.Load room(DType dtype) {
    Implicit.Load load = dtype == DType.F32 ? dense32 : dense64;
    if (load == null) {
      Buffer slot = session.slot(dtype, session.rows(), session.columns());
      load = new Implicit.Load(new MatrixSource.Stored(slot), null, null, 0);
      if (dtype == DType.F32) {
        dense32 = load;
      } else {
        dense64 = load;
      }
    }
    return load;
  }

  private void refuseNonFinite(String name, Buffer bound, Tensor values) {
    session.findNonFinite(bound, found);
    session.read(found, foundHost);
    session.poll();
    for (int problem = 0; problem < session.batch(); problem++) {
      double at = foundHost.getFlat(problem);
      if (at >= 0) {
        int n = session.columns();
        int row = (int) ((long) at / n);
        int column = (int) ((long) at % n);
        throw Checks.bad(
            name
                + ": expected finite numbers, received "
                + (values.isOnDevice() ? "another" : values.get(problem, row, column))
                + " at row "
                + row
                + ", column "
                + column
                + " of problem "
                + problem);
      }
    }
  }

  private MatrixSource.LowRank factors(Tensor u, Tensor v) {
    int rank = u.cols();
    Checks.matrix("u", u, session.batch(), session.rows(), rank);
    Checks.matrix("v", v, session.batch(), session.columns(), rank);
    Checks.finite("u", u);
    Checks.finite("v", v);
    MatrixSource.LowRank product = lowRank;
    if (product == null || product.u().rows() != rank) {
      product =
          new MatrixSource.LowRank(
              session.matrix(DType.F64, rank, session.rows()),
              session.matrix(DType.F64, rank, session.columns()));
      lowRank = product;
    }
    session.writeTransposed(u, product.u());
    session.writeTransposed(v, product.v());
    return product;
  }

  /** Whether there are any; checks that their sums agree. */
  private boolean loadCotangents(@Nullable Tensor f, @Nullable Tensor g, String name) {
    if (f == null || g == null) {
      return false;
    }
    int batch = session.batch();
    Checks.matrix(name + " of rows", f, batch, 1, session.rows());
    Checks.matrix(name + " of columns", g, batch, 1, session.columns());
    Checks.finite(name + " of rows", f);
    Checks.finite(name + " of columns", g);
    for (int problem = 0; problem < batch; problem++) {
      double rows = sum(f, problem);
      double columns = sum(g, problem);
      double size = size(f, problem) + size(g, problem);
      if (Math.abs(rows - columns) > GAUGE_TOLERANCE * size) {
        throw Checks.bad(
            name
                + ": expected equal sums over rows and columns, received "
                + rows
                + " and "
                + columns
                + " in problem "
                + problem
                + "; only such changes keep the problem solvable");
      }
    }
    session.write(f, rowCotangent);
    session.write(g, columnCotangent);
    return true;
  }

  private static double sum(Tensor x, int problem) {
    double sum = 0;
    for (long k = (long) problem * x.cols(); k < (problem + 1L) * x.cols(); k++) {
      sum += x.getFlat(k);
    }
    return sum;
  }

  private static double size(Tensor x, int problem) {
    double sum = 0;
    for (long k = (long) problem * x.cols(); k < (problem + 1L) * x.cols(); k++) {
      sum += Math.abs(x.getFlat(k));
    }
    return sum;
  }

  /** G = dC + dε log P with cotangents da, db. */
  Implicit.Load of(Tangent direction) {
    boolean weights = loadCotangents(direction.rows(), direction.columns(), "tangent");
    MatrixSource.Stored target = tangent;
    if (target == null) {
      target =
          new MatrixSource.Stored(session.matrix(DType.F64, session.rows(), session.columns()));
      tangent = target;
    }
    Tensor change = direction.cost();
    if (change == null) {
      session.fill(target.values(), 0, null);
    } else {
      Checks.matrix("tangent cost", change, session.batch(), session.rows(), session.columns());
      Checks.finite("tangent cost", change);
      session.write(change, target.values());
    }
    double[] epsilon = direction.epsilon();
    if (epsilon != null) {
      addEpsilon(epsilon, target.values());
    }
    session.poll();
    return new Implicit.Load(
        target, weights ? rowCotangent : null, weights ? columnCotangent : null, 0);
  }

  private void addEpsilon(double[] epsilon, Buffer target) {
    int batch = session.batch();
    if (epsilon.length != 1 && epsilon.length != batch) {
      throw Checks.bad(
          "tangent epsilon: expected 1 or " + batch + " values, received " + epsilon.length);
    }
    Tensor changes = Tensor.allocate(engine.arena(), DType.F64, new Shape(batch, 1, 1));
    for (int problem = 0; problem < batch; problem++) {
      double change = epsilon[epsilon.length == 1 ? 0 : problem];
      if (!Double.isFinite(change)) {
        throw Checks.bad("tangent epsilon: expected finite numbers, received " + change);
      }
      changes.setFlat(problem, change);
    }
    Buffer logs = session.matrix(DType.F64, session.rows(), session.columns());
    Buffer factor = session.scalar();
    Buffer one = session.scalar();
    session.fill(one, 1, null);
    session.write(changes, factor);
    session.materialise(engine.state().logPlan(), logs, null);
    session.axpy(1, factor, one, logs, target, null);
  }
}
