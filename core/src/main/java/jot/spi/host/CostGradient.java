package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * {@link jot.spi.Session#costGradient}: one read of P, G and C.
 *
 * <p>∂ε = Σ M_ij log P_ij: with the exponents less that of the row's anchor J, whose own M_iJ is
 * the rest of the row, this is Σ M_ij (log P_ij − log P_iJ) + f̄_i log P_iJ, and needs M_iJ
 * nowhere.
 */
final class CostGradient extends HostOp {
  private final Partials sums;
  private @Nullable Partials pullOnY;
  private MatrixSource.Gibbs plan;
  private MatrixSource entries;
  private @Nullable MatrixSource g;
  private @Nullable Buffer rowCotangent;
  private HostBuffer anchor;
  private HostBuffer level;
  private HostBuffer x;
  private HostBuffer y;
  private double addPlan;
  private @Nullable HostBuffer out;
  private @Nullable HostBuffer pointsX;
  private @Nullable HostBuffer pointsY;
  private HostBuffer epsilonDerivative;

  @SuppressWarnings("NullAway.Init")
  CostGradient(HostSession session) {
    super(session);
    sums = new Partials(session, 1);
  }

  CostGradient with(
      MatrixSource.LogPlan log,
      MatrixSource entries,
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      Buffer anchor,
      Buffer level,
      Buffer x,
      Buffer y,
      double addPlan) {
    this.plan = log.plan();
    this.entries = entries;
    this.g = g;
    this.rowCotangent = rowCotangent;
    this.anchor = HostBuffer.of(anchor);
    this.level = HostBuffer.of(level);
    this.x = HostBuffer.of(x);
    this.y = HostBuffer.of(y);
    this.addPlan = addPlan;
    return this;
  }

  CostGradient to(
      @Nullable Buffer out,
      @Nullable Buffer pointsX,
      @Nullable Buffer pointsY,
      Buffer epsilonDerivative) {
    this.out = out == null ? null : HostBuffer.of(out);
    this.pointsX = pointsX == null ? null : HostBuffer.of(pointsX);
    this.pointsY = pointsY == null ? null : HostBuffer.of(pointsY);
    this.epsilonDerivative = HostBuffer.of(epsilonDerivative);
    if (this.pointsY != null && pullOnY == null) {
      pullOnY = new Partials(session, (int) this.pointsY.size());
    }
    return this;
  }

  @Override
  int phases() {
    return 2;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase == 0;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    if (phase == 0) {
      sums.fill(problem, block, 0);
      if (pointsY != null && pullOnY != null) {
        pullOnY.fill(problem, block, 0);
      }
      for (int i = first; i < end; i++) {
        row(problem, block, i, worker);
      }
      return;
    }
    epsilonDerivative.set(problem, 0, sums.sum(problem, 0));
    if (pointsY != null && pullOnY != null) {
      pullOnY.combine(problem);
      for (int k = 0; k < pointsY.size(); k++) {
        pointsY.set(problem, k, 2 * pullOnY.total(problem, k));
      }
    }
  }

  private void row(int problem, int block, int i, Worker worker) {
    RowReader p = worker.plan;
    p.read(entries, problem, i);
    RowReader gradient = worker.other;
    if (g == null) {
      kernels.fill(0, worker.spare, worker.secondAt, n);
    } else {
      gradient.read(g, problem, i);
    }
    RowReader cost = worker.cost;
    cost.read(plan.cost(), problem, i);
    HostBuffer direct = out != null && out.dtype() == DType.F64 ? out : null;
    MemorySegment row = direct != null ? direct.segment : worker.spare;
    long at = direct != null ? direct.at(problem, i) : worker.firstAt;
    HostBuffer potential = HostBuffer.of(plan.g());
    HostBuffer beta = HostBuffer.of(plan.columnAnchor());
    double inverse = 1 / HostBuffer.of(plan.epsilon()).get(problem, 0);
    double alpha = HostBuffer.of(plan.rowAnchor()).get(problem, i);
    double own = HostBuffer.of(plan.f()).get(problem, i);
    int top = (int) anchor.get(problem, i);
    boolean anchored = p.segment.get(Layouts.F64, p.at + 8L * top) > 0;
    double shift = own > Double.NEGATIVE_INFINITY ? own : 0;
    if (anchored) {
      double least =
          cost.segment.get(Layouts.F64, cost.at + 8L * top) - alpha - beta.get(problem, top);
      shift = least - potential.get(problem, top);
    }
    kernels.gradientRow(
        -inverse,
        p.segment,
        p.at,
        g == null ? worker.spare : gradient.segment,
        g == null ? worker.secondAt : gradient.at,
        level.get(problem, i),
        x.get(problem, i),
        y.segment,
        y.at(problem),
        row,
        at,
        n);
    double along =
        kernels.dotExponents(
            row,
            at,
            cost.segment,
            cost.at,
            alpha,
            beta.segment,
            beta.at(problem),
            potential.segment,
            potential.at(problem),
            shift,
            n);
    if (anchored) {
      double total = rowCotangent == null ? 0 : HostBuffer.of(rowCotangent).get(problem, i);
      row.set(Layouts.F64, at + 8L * top, total - Rest.of(kernels, row, at, top, n));
      along += total * (own - shift);
    }
    sums.add(problem, block, 0, along * inverse);
    if (addPlan != 0) {
      kernels.axpy(addPlan, p.segment, p.at, row, at, n);
    }
    if (out != null && direct == null) {
      kernels.narrow(row, at, out.segment, out.at(problem, i), n);
    }
    if (pointsX != null && pointsY != null && pullOnY != null) {
      points(problem, block, i, row, at, pointsX, pointsY, pullOnY);
    }
  }

  /** The pull of a row M_i on its own point and on all others: differences of points only. */
  private void points(
      int problem,
      int block,
      int i,
      MemorySegment row,
      long at,
      HostBuffer onX,
      HostBuffer onY,
      Partials pull) {
    MatrixSource.SquaredDistance cost = (MatrixSource.SquaredDistance) plan.cost();
    HostBuffer points = HostBuffer.of(cost.y());
    HostBuffer own = HostBuffer.of(cost.x());
    for (int k = 0; k < onY.rows(); k++) {
      double coordinate = own.get(problem, (long) k * m + i);
      double force =
          kernels.anchoredDot(row, at, points.segment, points.at(problem, k), coordinate, n);
      onX.set(problem, (long) k * m + i, -2 * force);
      kernels.addAnchored(
          row,
          at,
          points.segment,
          points.at(problem, k),
          coordinate,
          0,
          pull.segment,
          pull.at(problem, block) + 8L * k * n,
          n);
    }
  }
}
