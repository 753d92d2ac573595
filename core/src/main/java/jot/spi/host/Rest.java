package jot.spi.host;

import java.lang.foreign.MemorySegment;

/** What a row holds beside its largest entry, added up and never as a difference of two sums. */
final class Rest {
  private Rest() {}

  static double of(RowKernels kernels, RowReader row, int without, int n) {
    return of(kernels, row.segment, row.at, without, n);
  }

  static double of(RowKernels kernels, MemorySegment row, long at, int without, int n) {
    double before = without == 0 ? 0 : kernels.sum(row, at, without);
    int after = n - without - 1;
    return before + (after == 0 ? 0 : kernels.sum(row, at + 8L * (without + 1), after));
  }
}
