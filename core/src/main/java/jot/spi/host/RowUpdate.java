package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;

/** {@link jot.spi.Session#rowUpdate}: a log-sum-exp of each row with its maximum taken out. */
final class RowUpdate extends HostOp {
  private MatrixSource.Gibbs plan;
  private HostBuffer a;

  @SuppressWarnings("NullAway.Init")
  RowUpdate(HostSession session) {
    super(session);
  }

  RowUpdate with(MatrixSource.Gibbs plan, Buffer a) {
    this.plan = plan;
    this.a = HostBuffer.of(a);
    return this;
  }

  @Override
  int phases() {
    return 1;
  }

  @Override
  boolean byBlocks(int phase) {
    return true;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    HostBuffer f = HostBuffer.of(plan.f());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    for (int i = first; i < end; i++) {
      f.set(problem, i, potential(plan, problem, i, a.get(problem, i), epsilon, worker.plan));
    }
  }

  /**
   * The row potential that gives the row the mass a. Leaves in the reader the row's exponentials e,
   * whose sum is its {@link RowReader#sum}: the plan's row is (a/sum)·e.
   *
   * @return −∞ where the row has no mass or no finite cost
   */
  static double potential(
      MatrixSource.Gibbs plan, int problem, int i, double a, double epsilon, RowReader reader) {
    return potential(plan, problem, i, a, epsilon, reader, reader.ownRow(), reader.ownAt());
  }

  /** {@link #potential} with the exponentials at a place of the caller's. */
  static double potential(
      MatrixSource.Gibbs plan,
      int problem,
      int i,
      double a,
      double epsilon,
      RowReader reader,
      MemorySegment to,
      long toAt) {
    double slack = a > 0 ? reader.maxSlack(plan, problem, i) : Double.NEGATIVE_INFINITY;
    if (slack == Double.NEGATIVE_INFINITY) {
      reader.gibbs(plan, problem, i, slack, false, to, toAt);
      return slack;
    }
    reader.gibbs(plan, problem, i, -slack, false, to, toAt);
    return -slack + epsilon * (Math.log(a) - Math.log(reader.sum));
  }
}
