package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** {@link jot.spi.Session#countAbove} and {@link jot.spi.Session#collectAbove}. */
final class Above extends HostOp {
  private MatrixSource source;
  private double threshold;
  private HostBuffer rowCounts;
  private @Nullable HostBuffer columns;
  private @Nullable HostBuffer values;

  @SuppressWarnings("NullAway.Init")
  Above(HostSession session) {
    super(session);
  }

  Above count(MatrixSource from, double bound, Buffer counts) {
    source = from;
    threshold = bound;
    rowCounts = HostBuffer.of(counts);
    columns = null;
    values = null;
    return this;
  }

  Above collect(
      MatrixSource from, double bound, Buffer counts, Buffer columnsOut, Buffer valuesOut) {
    count(from, bound, counts);
    columns = HostBuffer.of(columnsOut);
    values = HostBuffer.of(valuesOut);
    return this;
  }

  @Override
  int phases() {
    return 1;
  }

  @Override
  boolean byBlocks(int phase) {
    return false;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    RowReader row = worker.plan;
    long at = 0;
    for (int i = 0; i < m; i++) {
      row.read(source, problem, i);
      int count = 0;
      for (int j = 0; j < n; j++) {
        double value = row.segment.get(Layouts.F64, row.at + 8L * j);
        if (value >= threshold) {
          if (columns != null && values != null) {
            columns.set(problem, at, j);
            values.set(problem, at, value);
          }
          at++;
          count++;
        }
      }
      rowCounts.set(problem, i, count);
    }
  }
}
