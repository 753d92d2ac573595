package jot.spi.host;

import java.lang.foreign.MemorySegment;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;

/** {@link jot.spi.Session#materialise}. */
final class Materialise extends HostOp {
  private MatrixSource source;
  private HostBuffer out;

  @SuppressWarnings("NullAway.Init")
  Materialise(HostSession session) {
    super(session);
  }

  Materialise with(MatrixSource source, Buffer out) {
    this.source = source;
    this.out = HostBuffer.of(out);
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
    RowReader row = worker.plan;
    for (int i = first; i < end; i++) {
      row.read(source, problem, i);
      store(kernels, row.segment, row.at, out, problem, i);
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
