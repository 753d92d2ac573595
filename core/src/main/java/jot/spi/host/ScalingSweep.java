package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * {@link jot.spi.Session#scalingSweep}: no exp, one read of the kernel for rows and columns; and
 * {@link jot.spi.Session#relaxedScalingSweep}, the same with both updates to the power ω.
 *
 * <p>A kernel of F32 meets a v of F32, and its rows scalings of F32; sums are F64.
 */
final class ScalingSweep extends HostOp {
  private static final int ERROR = 0;
  private static final int UNSAFE = 1;
  private static final int COLUMN_ERROR = 2;

  /** Largest ratio of sums, or of its reciprocal, that is over-relaxed: e^20. */
  private static final double LARGEST = 4.85e8;

  /** Distance from 1 within which a power is taken by its series. */
  private static final double NEAR = 1e-2;

  private final Partials sums;
  private final Partials errors;
  private final HostBuffer next;
  private MatrixSource.Stored kernel;
  private HostBuffer a;
  private HostBuffer b;
  private HostBuffer u;
  private HostBuffer v;
  private HostBuffer threshold;
  private HostBuffer residual;
  private HostBuffer sweeps;
  private HostBuffer stale;
  private HostBuffer active;
  private double limit;
  private @Nullable HostBuffer omega;
  private HostBuffer columnError;

  @SuppressWarnings("NullAway.Init")
  ScalingSweep(HostSession session) {
    super(session);
    sums = new Partials(session, n);
    errors = new Partials(session, 3);
    next = HostBuffer.of(session.vector(m));
  }

  ScalingSweep with(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    this.kernel = kernel;
    limit = Session.scalingLimit(kernel);
    this.a = HostBuffer.of(a);
    this.b = HostBuffer.of(b);
    this.u = HostBuffer.of(u);
    this.v = HostBuffer.of(v);
    this.threshold = HostBuffer.of(threshold);
    this.residual = HostBuffer.of(residual);
    this.sweeps = HostBuffer.of(sweeps);
    this.stale = HostBuffer.of(stale);
    this.active = HostBuffer.of(active);
    omega = null;
    return this;
  }

  ScalingSweep relaxed(Buffer relaxation, Buffer enteringColumnError) {
    omega = HostBuffer.of(relaxation);
    columnError = HostBuffer.of(enteringColumnError);
    return this;
  }

  @Override
  int phases() {
    return 3;
  }

  @Override
  boolean byBlocks(int phase) {
    return phase < 2;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    switch (phase) {
      case 0 -> rows(problem, block, first, end, worker);
      case 1 -> {
        errors.set(problem, block, COLUMN_ERROR, 0);
        if (error(problem) > threshold.get(problem, 0)) {
          columns(problem, block, session.firstColumn(block), session.endColumn(block));
        }
      }
      default -> finish(problem);
    }
  }

  /** The entering plan's residual. */
  private double error(int problem) {
    double error = errors.sum(problem, ERROR);
    return omega == null ? error : error + columnError.get(problem, 0);
  }

  private double relaxation(int problem) {
    return omega == null ? 1 : omega.get(problem, 0);
  }

  /** The scaling that goes ω times as far from the old one as the plain one does. */
  private static double relaxed(double old, double plain, double relaxation) {
    double ratio = plain / old;
    return ratio < LARGEST && ratio > 1 / LARGEST ? old * power(ratio, relaxation) : plain;
  }

  /** x^y; near 1, where most ratios are soon, four terms of its series, good to 10⁻¹². */
  private static double power(double x, double y) {
    double d = x - 1;
    if (Math.abs(d) > NEAR) {
      return Math.pow(x, y);
    }
    return 1 + y * d * (1 + (y - 1) / 2 * d * (1 + (y - 2) / 3 * d * (1 + (y - 3) / 4 * d)));
  }

  private boolean safe(double scaling) {
    return scaling > 1 / limit && scaling < limit;
  }

  private void rows(int problem, int block, int first, int end, Worker worker) {
    sums.fill(problem, block, 0);
    errors.set(problem, block, ERROR, 0);
    errors.set(problem, block, UNSAFE, 0);
    if (HostBuffer.of(kernel.values()).dtype() == DType.F32) {
      kernels.narrow(v.segment, v.at(problem), worker.spare, worker.firstAt, n);
    }
    for (int i = first; i < end; i += Worker.GROUP) {
      group(problem, block, i, Math.min(i + Worker.GROUP, end), worker);
    }
  }

  /** A few rows: their sums, then, out of cache, their part in the columns. */
  private void group(int problem, int block, int first, int end, Worker worker) {
    HostBuffer k = HostBuffer.of(kernel.values());
    boolean narrow = k.dtype() == DType.F32;
    int rows = end - first;
    long at = k.at(problem, first);
    long stride = (long) n * k.dtype().bytes();
    MemorySegment factors = worker.factors;
    if (narrow) {
      kernels.dotsInF32(rows, k.segment, at, stride, worker.spare, worker.firstAt, factors, 0, n);
    } else {
      kernels.dots(rows, k.segment, at, stride, v.segment, v.at(problem), factors, 0, n);
    }
    double relaxation = relaxation(problem);
    double error = 0;
    for (int i = first; i < end; i++) {
      long factorAt = 8L * (i - first);
      double mass = a.get(problem, i);
      double scaling = 1;
      double factor = 0;
      if (mass > 0) {
        double sum = factors.get(Layouts.F64, factorAt);
        double old = u.get(problem, i);
        error += Math.abs(old * sum - mass);
        scaling = mass / sum;
        if (relaxation != 1) {
          scaling = relaxed(old, scaling, relaxation);
        }
        if (safe(scaling)) {
          factor = scaling;
        } else {
          errors.set(problem, block, UNSAFE, 1);
        }
      }
      factors.set(Layouts.F64, factorAt, factor);
      next.set(problem, i, scaling);
    }
    errors.add(problem, block, ERROR, error);
    long to = sums.at(problem, block);
    if (narrow) {
      kernels.axpysInF32(rows, factors, 0, k.segment, at, stride, sums.segment, to, n);
    } else {
      kernels.axpys(rows, factors, 0, k.segment, at, stride, sums.segment, to, n);
    }
  }

  /** The new scalings of some columns, in the place of their sums. */
  private void columns(int problem, int block, int first, int end) {
    sums.combine(problem, first, end);
    boolean safe = true;
    double relaxation = relaxation(problem);
    double error = 0;
    for (int j = first; j < end; j++) {
      double mass = b.get(problem, j);
      double sum = sums.total(problem, j);
      double scaling = mass > 0 ? mass / sum : 1;
      if (relaxation != 1 && mass > 0) {
        scaling = relaxed(v.get(problem, j), scaling, relaxation);
        error += Math.abs(scaling * sum - mass);
      }
      sums.set(problem, 0, j, scaling);
      safe &= safe(scaling);
    }
    errors.set(problem, block, COLUMN_ERROR, error);
    if (!safe) {
      errors.set(problem, block, UNSAFE, 1);
    }
  }

  private void finish(int problem) {
    double error = error(problem);
    residual.set(problem, 0, error);
    stale.set(problem, 0, 0);
    if (error <= threshold.get(problem, 0)) {
      active.set(problem, 0, 0);
      return;
    }
    if (errors.sum(problem, UNSAFE) > 0) {
      stale.set(problem, 0, 1);
      return;
    }
    MemorySegment.copy(sums.segment, sums.at(problem, 0), v.segment, v.at(problem), 8L * n);
    MemorySegment.copy(next.segment, next.at(problem), u.segment, u.at(problem), 8L * m);
    if (omega != null) {
      columnError.set(problem, 0, errors.sum(problem, COLUMN_ERROR));
    }
    sweeps.set(problem, 0, sweeps.get(problem, 0) + 1);
  }
}
