package jot.spi.host;

import jot.spi.MatrixSource;

/** When a sweep may run in F32 arithmetic: its errors are far below what it still has to mend. */
final class Coarse {
  /** Rounding of F32, 2⁻²⁴, and what {@link RowKernels#gibbsInF32} makes of it, at most 1.5. */
  private static final double UNIT = 2 * 0x1p-24;

  /** A sum's own error in these units. */
  private static final double OF_SUMS = 32;

  /** Exponents made in F64 are off by half an ulp of F32 when rounded: of 2⁷ ln 2 at most. */
  private static final double ROUNDED = 44;

  private Coarse() {}

  /**
   * Whether the residual is larger than the errors that F32 arithmetic can make in it. The plan's
   * entries are off by the share of themselves that their exponents are off by, and the residual by
   * that share of the mass: those of F32 costs by {@link Exponents#largest} units.
   *
   * @param residual of the last sweep, 0 before the first
   */
  static boolean suffices(
      MatrixSource.Gibbs plan, HostBuffer a, int problem, double residual, RowKernels kernels) {
    if (!(residual > 0) || HostBuffer.of(plan.columnAnchor()).mayBeNonZero(problem)) {
      return false;
    }
    double exponents =
        RowReader.isStoredF32(plan.cost()) ? Exponents.largest(plan, problem, kernels) : ROUNDED;
    double mass = kernels.sum(a.segment, a.at(problem), a.columns());
    return residual > UNIT * (exponents + OF_SUMS) * mass;
  }
}
