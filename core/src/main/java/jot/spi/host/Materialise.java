package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#materialise}, with the sums or without. */
final class Materialise extends HostOp {
  private final Partials sums;
  private MatrixSource source;
  private HostBuffer out;
  private @Nullable HostBuffer rowSums;
  private @Nullable HostBuffer columnSums;

  @SuppressWarnings("NullAway.Init")
  Materialise(HostSession session) {
    super(session);
    sums = new Partials(session, n);
  }

  Materialise with(MatrixSource source, Buffer out) {
    this.source = source;
    this.out = HostBuffer.of(out);
    rowSums = null;
    columnSums = null;
    return this;
  }

  /** With the plan's sums, where it is stored as F64. */
  Materialise andSums(Buffer rows, Buffer columns) {
    rowSums = HostBuffer.of(rows);
    columnSums = HostBuffer.of(columns);
    return this;
  }

  @Override
  int phases() {
    return columnSums == null ? 1 : 2;
  }

  @Override
  boolean byBlocks(int phase) {
    return true;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    if (phase == 1 && columnSums != null) {
      sums.combine(problem, block, columnSums);
      return;
    }
    if (columnSums != null) {
      sums.fill(problem, block, 0);
    }
    RowReader row = worker.plan;
    boolean inRange =
        out.dtype() == DType.F64
            && source instanceof MatrixSource.Gibbs plan
            && Exponents.areInRange(plan, problem, first, end, kernels);
    for (int i = first; i < end; i++) {
      if (source instanceof MatrixSource.Gibbs plan) {
        row.gibbs(plan, problem, i, inRange, out);
      } else {
        row.read(source, problem, i);
        store(kernels, row.segment, row.at, out, problem, i);
      }
      if (rowSums != null) {
        rowSums.set(problem, i, row.sum);
        kernels.axpy(1, row.segment, row.at, sums.segment, sums.at(problem, block), n);
      }
    }
  }

  /** Stores a row of F64 numbers in the buffer's own type. */
  static void store(
      RowKernels kernels, MemorySegment row, long at, HostBuffer out, int problem, int i) {
    if (out.dtype() == DType.F64) {
      MemorySegment.copy(row, at, out.segment, out.at(problem, i), 8L * out.columns());
    } else {
      kernels.narrow(row, at, out.segment, out.at(problem, i), out.columns());
    }
  }
}
