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

  private final ForwardState state;
  private double[] excess = new double[0];
  private @Nullable Buffer ranks;
  private @Nullable Buffer reached;

  Infeasibility(ForwardState state) {
    this.state = state;
  }

  /** Looks at all problems; potentials and masks stay as they are. */
  void look() {
    Session session = state.session();
    int batch = session.batch();
    int m = session.rows();
    int n = session.columns();
    excess = new double[batch];
    try (Arena arena = Arena.ofShared()) {
      Tensor f = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, m));
      Tensor g = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, n));
      session.read(state.plan().f(), f);
      session.poll();
      double[] step = new double[batch];
      for (int problem = 0; problem < batch; problem++) {
        step[problem] = toRanks(f, problem);
      }
      Buffer ranks = ranks();
      Buffer reached = reached();
      MatrixSource.Gibbs plan = state.plan();
      session.write(f, ranks);
      session.columnUpdate(
          new MatrixSource.Gibbs(
              plan.cost(), plan.rowAnchor(), plan.columnAnchor(), plan.epsilon(), ranks, reached),
          state.b(),
          null);
      session.read(reached, g);
      session.poll();
      for (int problem = 0; problem < batch; problem++) {
        excess[problem] = worst(f, g, problem, step[problem]);
      }
    }
  }

  /** Whether the last look found a set of rows with so much mass too many. */
  boolean proven(int problem) {
    return excess.length > 0
        && excess[problem] > state.tolerated(problem) + ROUNDING * state.mass(problem);
  }

  private Buffer ranks() {
    if (ranks == null) {
      ranks = state.session().vector(state.session().rows());
    }
    return ranks;
  }

  private Buffer reached() {
    if (reached == null) {
      reached = state.session().vector(state.session().columns());
    }
    return reached;
  }

  /** Replaces finite potentials by rank·step, lowest first; returns the step. */
  private double toRanks(Tensor f, int problem) {
    int m = state.session().rows();
    long at = (long) problem * m;
    double cost =
        state
            .factsHost()
            .getFlat((long) problem * Session.Facts.COUNT + Session.Facts.MAX_ANCHORED_COST);
    // beside its rank a column's potential has the cost and ε·log of weights and of a sum
    double step = 4 * (cost + 800 * state.epsilonHost().getFlat(problem));
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
