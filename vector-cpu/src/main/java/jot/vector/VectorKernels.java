package jot.vector;

/** The inner loops on the Vector API, a theme to each interface. */
final class VectorKernels
    implements PlanKernels, ColumnKernels, ReductionKernels, ElementwiseKernels, SystemKernels {

  /** Such as {@code "256-bit vectors"}. */
  static String width() {
    return Lanes.DOUBLES.vectorBitSize() + "-bit vectors";
  }
}
