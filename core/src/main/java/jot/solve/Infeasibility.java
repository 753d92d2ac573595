package jot.solve;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Comparator;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Proves that costs of +∞ leave no plan: rows whose mass is more than all the columns can take that
 * they reach (Hall's condition, for masses). On such a problem the row potentials of exactly those
 * rows drift upwards without end, so the sets of the highest rows are the ones to try; whichever is
 * found counts by itself, wherever the potentials came from.
 *
 * <p>One update of the columns finds for every threshold at once which columns are reached: row
 * potentials are replaced by their ranks, far enough apart that a column's own potential tells the
 * highest row it has a finite cost to. Allocates O(batch·(m + n)) when it looks, which only
 * failures make it do.
 */
final class Infeasibility {
  /** Relative rounding of sums of masses. */
  private static final double ROUNDING = 1e-12;

  /** Sweeps after which overfull rows have drifted away from the others. */
  private static final int DRIFT = 200;

  /** ε over the largest cost where only the pattern of finite costs is to count. */
  private static final double LARGE = 1e3;

  private final ForwardState state;
  private double[] excess = new double[0];
  private @Nullable Buffer f;
  private @Nullable Buffer g;
  private @Nullable Buffer epsilon;

  Infeasibility(ForwardState state) {
    this.state = state;
  }

  /**
   * Looks at all problems with forbidden pairs; potentials and masks stay as they are.
   *
   * @param kept problems whose solver keeps potentials from drifting: plain sweeps are tried too
   */
  void look(boolean[] kept) {
    Session session = state.session();
    excess = new double[session.batch()];
    if (!anyForbidden()) {
      return;
    }
    Buffer f = f();
    session.copy(state.plan().f(), f, null);
    boolean[] every = new boolean[kept.length];
    Arrays.fill(every, true);
    rank(f, every);
    if (Marks.any(kept)) {
      drift(f);
      rank(f, kept);
    }
  }

  private boolean anyForbidden() {
    if (!(state.plan().cost() instanceof MatrixSource.Stored cost)) {
      return false; // points are all at a finite distance
    }
    Session session = state.session();
    int batch = session.batch();
    try (Arena arena = Arena.ofShared()) {
      Tensor found = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, 1));
      session.findNonFinite(cost.values(), epsilon());
      session.read(epsilon(), found);
      session.poll();
      for (int problem = 0; problem < batch; problem++) {
        if (found.getFlat(problem) >= 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** Plain sweeps from f at an ε that makes all finite costs alike: quick, and all that counts. */
  private void drift(Buffer f) {
    Session session = state.session();
    int batch = session.batch();
    try (Arena arena = Arena.ofShared()) {
      Tensor large = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, 1));
      for (int problem = 0; problem < batch; problem++) {
        large.setFlat(problem, LARGE * Math.max(cost(problem), Double.MIN_NORMAL));
      }
      session.write(large, epsilon());
      session.poll();
    }
    MatrixSource.Gibbs plan = scratch(f, epsilon());
    session.fill(g(), 0, null);
    for (int sweep = 0; sweep < DRIFT; sweep++) {
      session.rowUpdate(plan, state.a(), null);
      session.columnUpdate(plan, state.b(), null);
    }
    session.poll();
  }

  /** Tries the sets of the highest of these potentials; they are lost. */
  private void rank(Buffer potentials, boolean[] of) {
    Session session = state.session();
    int batch = session.batch();
    try (Arena arena = Arena.ofShared()) {
      Tensor f = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, session.rows()));
      Tensor g = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, session.columns()));
      session.read(potentials, f);
      session.poll();
      double[] step = new double[batch];
      for (int problem = 0; problem < batch; problem++) {
        step[problem] = toRanks(f, problem);
      }
      session.write(f, potentials);
      session.columnUpdate(scratch(potentials, state.plan().epsilon()), state.b(), null);
      session.read(g(), g);
      session.poll();
      for (int problem = 0; problem < batch; problem++) {
        if (of[problem]) {
          excess[problem] = Math.max(excess[problem], worst(f, g, problem, step[problem]));
        }
      }
    }
  }

  private MatrixSource.Gibbs scratch(Buffer f, Buffer epsilon) {
    MatrixSource.Gibbs plan = state.plan();
    return new MatrixSource.Gibbs(
        plan.cost(), plan.rowAnchor(), plan.columnAnchor(), epsilon, f, g());
  }

  private double cost(int problem) {
    return state.fact(problem, Session.Facts.MAX_ANCHORED_COST);
  }

  /** Whether the last look found a set of rows with so much mass too many. */
  boolean proven(int problem) {
    return excess.length > 0
        && excess[problem] > state.tolerated(problem) + ROUNDING * state.mass(problem);
  }

  private Buffer f() {
    if (f == null) {
      f = state.session().vector(state.session().rows());
    }
    return f;
  }

  private Buffer g() {
    if (g == null) {
      g = state.session().vector(state.session().columns());
    }
    return g;
  }

  private Buffer epsilon() {
    if (epsilon == null) {
      epsilon = state.session().scalar();
    }
    return epsilon;
  }

  /** Replaces finite potentials by rank·step, lowest first; returns the step. */
  private double toRanks(Tensor f, int problem) {
    int m = state.session().rows();
    long at = (long) problem * m;
    // beside its rank a column's potential has the cost and ε·log of weights and of a sum
    double step = 4 * (cost(problem) + 800 * state.epsilonHost().getFlat(problem));
    Integer[] order = new Integer[m];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> f.getFlat(at + i)));
    for (int rank = 0; rank < m; rank++) {
      long i = at + order[rank];
      if (f.getFlat(i) > Double.NEGATIVE_INFINITY) {
        f.setFlat(i, (rank + 1) * step);
      }
    }
    return step;
  }

  /** The largest Σa of the rows from a rank up less Σb of the columns that they reach. */
  private double worst(Tensor f, Tensor g, int problem, double step) {
    int m = state.session().rows();
    int n = state.session().columns();
    double[] byRank = new double[m + 2];
    for (int i = 0; i < m; i++) {
      double rank = f.getFlat((long) problem * m + i) / step;
      if (rank > 0) {
        byRank[(int) Math.round(rank)] += state.aHost().getFlat((long) problem * m + i);
      }
    }
    for (int j = 0; j < n; j++) {
      double rank = -g.getFlat((long) problem * n + j) / step;
      if (rank > 0.5 && rank < m + 1) {
        byRank[(int) Math.round(rank)] -= state.bHost().getFlat((long) problem * n + j);
      }
    }
    double sum = 0;
    double worst = 0;
    for (int rank = m; rank >= 1; rank--) {
      sum += byRank[rank];
      worst = Math.max(worst, sum);
    }
    return worst;
  }
}
