package jot.vector;

import java.util.Optional;
import jdk.incubator.vector.DoubleVector;

/** The inner loops on the Vector API, a theme to each interface. */
final class VectorKernels
    implements PlanKernels,
        RangeKernels,
        FloatKernels,
        RoundedKernels,
        LogKernels,
        ColumnKernels,
        ReductionKernels,
        InspectKernels,
        RowsKernels,
        NarrowRowsKernels,
        TileKernels,
        ElementwiseKernels,
        SystemKernels,
        AnchoredKernels {

  /** Such as {@code "256-bit vectors"}. */
  static String width() {
    return Lanes.DOUBLES.vectorBitSize() + "-bit vectors";
  }

  /**
   * What the processor lacks, if anything. Without AVX2 an x86 has no fused multiply-add and C2 no
   * masks of two lanes, so that vectors become objects; ARM has both at 128 bits.
   */
  static Optional<String> processorProblem() {
    boolean x86 = System.getProperty("os.arch", "").equals("amd64");
    return x86 && DoubleVector.SPECIES_PREFERRED.vectorBitSize() < 256
        ? Optional.of("the processor has no AVX2, or -XX:UseAVX hides it")
        : Optional.empty();
  }
}
