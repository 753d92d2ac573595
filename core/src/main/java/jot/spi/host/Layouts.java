package jot.spi.host;

import java.lang.foreign.ValueLayout;

/** How numbers lie in memory: native order, aligned to no more than the caller's memory is. */
final class Layouts {
  static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Layouts() {}
}
