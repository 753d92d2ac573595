package jot.tensor;

import java.lang.foreign.ValueLayout;

/**
 * The number type of a {@link Tensor}'s elements. Costs and plans may be either; potentials,
 * marginals and residuals are always {@link #F64}.
 *
 * <p>Elements lie in memory in the native byte order of the machine.
 */
public enum DType {
  /** IEEE 754 binary32, a Java {@code float}: 4 bytes. */
  F32(Float.BYTES),
  /** IEEE 754 binary64, a Java {@code double}: 8 bytes. */
  F64(Double.BYTES);

  // Typed and static, so that accesses through them are compiled to plain loads and stores.
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Size of one element in bytes: 4 or 8. It is also the alignment that a tensor's memory needs.
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Layout of one element: native byte order, no alignment demanded, so that it may be used to copy
   * from and to any memory.
   */
  public ValueLayout layout() {
    return switch (this) {
      case F32 -> FLOAT;
      case F64 -> DOUBLE;
    };
  }
}
