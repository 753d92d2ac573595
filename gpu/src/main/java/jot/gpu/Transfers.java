package jot.gpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import jot.bindings.cudart.Cudart;

/**
 * Copies and fills in a stream, by plain addresses: a segment made for each of them would be
 * garbage wherever the compiler does not see through the call.
 */
final class Transfers {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final MethodHandle COPY =
      Linker.nativeLinker()
          .downcallHandle(
              Cudart.cudaMemcpyAsync$address(),
              FunctionDescriptor.of(INT, LONG, LONG, LONG, INT, ValueLayout.ADDRESS));
  private static final MethodHandle FILL =
      Linker.nativeLinker()
          .downcallHandle(
              Cudart.cudaMemsetAsync$address(),
              FunctionDescriptor.of(INT, LONG, INT, LONG, ValueLayout.ADDRESS));

  private Transfers() {}

  /** {@code cudaMemcpyAsync}. */
  static void copy(long to, long from, long bytes, int kind, MemorySegment stream) {
    int status;
    try {
      status = (int) COPY.invokeExact(to, from, bytes, kind, stream);
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws nothing", thrown);
    }
    Status.cudart("cudaMemcpyAsync", status);
  }

  /** {@code cudaMemsetAsync} with zeros. */
  static void zero(long address, long bytes, MemorySegment stream) {
    int status;
    try {
      status = (int) FILL.invokeExact(address, 0, bytes, stream);
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws nothing", thrown);
    }
    Status.cudart("cudaMemsetAsync", status);
  }
}
