package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;

/**
 * {@link jot.spi.Session#startScaling}: one exp an entry, where columns made exact before their
 * kernel is stored take two. The largest entry of a column becomes b_j, which bounds all of them;
 * what the kernel's columns then lack is in v, so they are exact for the kernel as it is rounded.
 *
 * <p><b>Error.</b> An entry of F32 is off by 1.2·2⁻²⁴ of itself ({@link RowKernels#gibbsAsF32}),
 * for its exponent is never rounded to F32. So the residual that sweeps on the kernel see is that
 * of the potentials but for 1.2·2⁻²⁴ of the mass, and less where the errors of a row's entries have
 * no common sign. An exponent x rounded to F32 is off by 2⁻²⁴·|x|: entries that count have |x| = 20
 * where scalings are at {@link Session#scalingLimit}, and the residual would be off by as much as
 * the tolerance of 10⁻⁶ that kernels of F32 are used for.
 */
final class ScalingStart extends HostOp {
  private final ColumnLse lse;
  private final Partials sums;
  private MatrixSource.Gibbs plan;
  private HostBuffer b;
  private HostBuffer kernel;
  private HostBuffer v;
  private double limit;

  @SuppressWarnings("NullAway.Init")
  ScalingStart(HostSession session) {
    super(session);
    lse = session.columnLse();
    sums = new Partials(session, n);
  }

  ScalingStart with(MatrixSource.Gibbs plan, Buffer b, MatrixSource.Stored kernel, Buffer v) {
    this.plan = plan;
    this.b = HostBuffer.of(b);
    this.kernel = HostBuffer.of(kernel.values());
    this.v = HostBuffer.of(v);
    limit = Session.scalingLimit(kernel);
    return this;
  }

  @Override
  int phases() {
    return 4;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase != 1;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    switch (phase) {
      case 0 -> lse.raise(plan, HostBuffer.of(plan.f()), problem, block, first, end, worker);
      case 1 -> bound(problem);
      case 2 -> rows(problem, block, first, end, worker);
      default -> columns(problem, session.firstColumn(block), session.endColumn(block));
    }
  }

  private void bound(int problem) {
    lse.combineTops(problem);
    HostBuffer g = HostBuffer.of(plan.g());
    double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
    for (int j = 0; j < n; j++) {
      g.set(problem, j, lse.bound(problem, j, b.get(problem, j), epsilon));
    }
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    boolean narrow = kernel.dtype() == DType.F32;
    boolean inRange = !narrow && Exponents.areInRange(plan, problem, first, end, kernels);
    sums.fill(problem, block, 0);
    kernels.fill(1, worker.factors, 0, Worker.GROUP);
    MemorySegment to = sums.segment;
    long toAt = sums.at(problem, block);
    long stride = (long) n * kernel.dtype().bytes();
    for (int i = first; i < end; i += Worker.GROUP) {
      int last = Math.min(i + Worker.GROUP, end);
      for (int r = i; r < last; r++) {
        worker.plan.gibbs(plan, problem, r, inRange, kernel);
      }
      long at = kernel.at(problem, i);
      if (narrow) {
        kernels.axpysInF32(last - i, worker.factors, 0, kernel.segment, at, stride, to, toAt, n);
      } else {
        kernels.axpys(last - i, worker.factors, 0, kernel.segment, at, stride, to, toAt, n);
      }
    }
  }

  /** The scalings of some columns; 1 where there is nothing to scale or the sum has underflowed. */
  private void columns(int problem, int first, int end) {
    sums.combine(problem, first, end);
    for (int j = first; j < end; j++) {
      double scaling = b.get(problem, j) / sums.total(problem, j);
      v.set(problem, j, scaling > 1 / limit && scaling < limit ? scaling : 1);
    }
  }
}
