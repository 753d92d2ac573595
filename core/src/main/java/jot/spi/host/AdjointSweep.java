package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#adjointSweep}. */
final class AdjointSweep extends HostOp {
  private final Partials columnSums;
  private final Partials sums;
  private MatrixSource.Gibbs plan;
  private MatrixSource.LogPlan log;
  private HostBuffer w;
  private HostBuffer z;
  private HostBuffer costGradient;
  private HostBuffer rowSum;
  private HostBuffer columnSum;
  private HostBuffer epsilonDerivative;

  @SuppressWarnings("NullAway.Init")
  AdjointSweep(HostSession session) {
    super(session);
    columnSums = new Partials(session, n);
    sums = new Partials(session, 1);
  }

  AdjointSweep with(MatrixSource.LogPlan log, Buffer w, Buffer z) {
    this.plan = log.plan();
    this.log = log;
    this.w = HostBuffer.of(w);
    this.z = HostBuffer.of(z);
    return this;
  }

  AdjointSweep to(Buffer costGradient, Buffer rowSum, Buffer columnSum, Buffer epsilonDerivative) {
    this.costGradient = HostBuffer.of(costGradient);
    this.rowSum = HostBuffer.of(rowSum);
    this.columnSum = HostBuffer.of(columnSum);
    this.epsilonDerivative = HostBuffer.of(epsilonDerivative);
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
    if (phase == 1) {
      columnSums.combine(problem);
      for (int j = 0; j < n; j++) {
        columnSum.set(problem, j, columnSums.total(problem, j));
      }
      epsilonDerivative.set(problem, 0, epsilonDerivative.get(problem, 0) + sums.sum(problem, 0));
      return;
    }
    columnSums.fill(problem, block, 0);
    sums.fill(problem, block, 0);
    for (int i = first; i < end; i++) {
      RowReader p = worker.plan;
      p.read(plan, problem, i);
      double weight = w.get(problem, i);
      kernels.fill(0, worker.spare, worker.firstAt, n);
      kernels.addPlanTimes(
          p.segment, p.at, weight, z.segment, z.at(problem), worker.spare, worker.firstAt, n);
      kernels.axpy(
          1, worker.spare, worker.firstAt, costGradient.segment, costGradient.at(problem, i), n);
      RowReader exponents = worker.cost;
      exponents.read(log, problem, i);
      sums.add(
          problem,
          block,
          0,
          kernels.dotSupport(worker.spare, worker.firstAt, exponents.segment, exponents.at, n));
      rowSum.set(problem, i, kernels.dot(p.segment, p.at, z.segment, z.at(problem), n));
      kernels.axpy(weight, p.segment, p.at, columnSums.segment, columnSums.at(problem, block), n);
    }
  }
}
