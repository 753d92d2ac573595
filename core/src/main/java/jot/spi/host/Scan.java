package jot.spi.host;

import jot.tensor.DType;

/** Looks for numbers that are not finite, row by row. */
final class Scan {
  private final RowKernels kernels;
  private final HostBuffer row;

  Scan(HostSession session) {
    kernels = session.kernels();
    row = HostBuffer.of(session.vector(Math.max(session.rows(), session.columns())));
  }

  /** Flat index of the problem's first number that is not finite, −1 when there is none. */
  double firstNonFinite(HostBuffer values, int problem) {
    int n = values.columns();
    for (int i = 0; i < values.rows(); i++) {
      int bad;
      if (values.dtype() == DType.F64) {
        bad = kernels.findBad(values.segment, values.at(problem, i), true, n);
      } else {
        kernels.widen(values.segment, values.at(problem, i), row.segment, 0, n);
        bad = kernels.findBad(row.segment, 0, true, n);
      }
      if (bad >= 0) {
        return (double) i * n + bad;
      }
    }
    return -1;
  }
}
