package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cudart.Cudart;
import jot.bindings.driver.Driver;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import jot.bindings.library.MissingLibraryException;
import jot.bindings.library.OpenLibrary;
import jot.spi.Availability;
import org.jspecify.annotations.Nullable;

/** Looks once whether CUDA can run here: the driver, then a device, then the compiler. */
final class CudaProbe {
  private static @Nullable Availability found;

  private CudaProbe() {}

  static synchronized Availability availability() {
    Availability known = found;
    if (known == null) {
      known = look();
      found = known;
    }
    return known;
  }

  private static Availability look() {
    try {
      Libraries.open(Library.DRIVER);
      OpenLibrary runtime = Libraries.open(Library.CUDART);
      String refusal = refusal();
      if (refusal != null) {
        return Availability.missing(refusal + "; runtime " + runtime.path());
      }
      Libraries.open(Library.NVRTC);
      return Availability.usable("CUDA " + runtime.cuda() + " from " + runtime.path());
    } catch (MissingLibraryException | CudaException e) {
      return Availability.missing(String.valueOf(e.getMessage()));
    } catch (IllegalCallerException e) {
      return Availability.missing(
          "native access is denied: start java with --enable-native-access=jot.bindings,jot.gpu"
              + " (on the class path: ALL-UNNAMED)");
    }
  }

  /** Why no device can be used, or null. */
  private static @Nullable String refusal() {
    try (Arena arena = Arena.ofConfined()) {
      int status = Driver.cuInit(0);
      if (status != 0) {
        return "cuInit failed with status " + status + ": no NVIDIA device, or no access to it";
      }
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      status = Cudart.cudaGetDeviceCount(count);
      if (status != 0) {
        return "cudaGetDeviceCount failed with status "
            + status
            + " ("
            + Status.runtimeText(status)
            + ")";
      }
      return count.get(ValueLayout.JAVA_INT, 0) > 0
          ? null
          : "no CUDA device is visible; see nvidia-smi and CUDA_VISIBLE_DEVICES";
    }
  }
}
