package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.driver.Driver;
import jot.bindings.nvrtc.Nvrtc;

/** Turns what a call returned into an exception that says what it means. */
final class Status {
  private static final int SUCCESS = 0;
  private static final int CUBLAS_MISUSE = 7;
  private static final int CUSOLVER_MISUSE = 3;

  private Status() {}

  /** For functions of the runtime. */
  static void cudart(String call, int status) {
    if (status != SUCCESS) {
      Cudart.cudaGetLastError(); // an error that is not for good is forgotten by being read
      throw of(call, status, runtimeText(status), runtimeRemedy(status));
    }
  }

  /** For functions of the driver. */
  static void driver(String call, int status) {
    if (status != SUCCESS) {
      throw of(call, status, driverText(status), "is the driver as new as the toolkit? jot doctor");
    }
  }

  /** For functions of the compiler. */
  static void nvrtc(String call, int status) {
    if (status != SUCCESS) {
      String text = Nvrtc.nvrtcGetErrorString(status).getString(0);
      throw of(call, status, text, "update CUDA's nvrtc; jot doctor lists what was found");
    }
  }

  /** For functions of cuBLAS. */
  static void cublas(String call, int status) {
    if (status != SUCCESS) {
      String text =
          Cublas.cublasGetStatusName(status).getString(0)
              + ": "
              + Cublas.cublasGetStatusString(status).getString(0);
      throw of(call, status, text, libraryRemedy(status, CUBLAS_MISUSE));
    }
  }

  /** For functions of cuSOLVER, which has no texts of its own. */
  static void cusolver(String call, int status) {
    if (status != SUCCESS) {
      throw of(call, status, cusolverText(status), libraryRemedy(status, CUSOLVER_MISUSE));
    }
  }

  private static String cusolverText(int status) {
    return switch (status) {
      case 1 -> "CUSOLVER_STATUS_NOT_INITIALIZED";
      case 2 -> "CUSOLVER_STATUS_ALLOC_FAILED";
      case 3 -> "CUSOLVER_STATUS_INVALID_VALUE";
      case 4 -> "CUSOLVER_STATUS_ARCH_MISMATCH";
      case 6 -> "CUSOLVER_STATUS_EXECUTION_FAILED";
      case 7 -> "CUSOLVER_STATUS_INTERNAL_ERROR";
      case 9 -> "CUSOLVER_STATUS_NOT_SUPPORTED";
      default -> "unknown status";
    };
  }

  /** Both libraries call it 1 when a handle cannot be made; an invalid value is a fault of ours. */
  private static String libraryRemedy(int status, int misuse) {
    if (status == 1) {
      return "is a device visible, with free memory? see nvidia-smi";
    }
    return status == misuse
        ? "this is a fault of jot: please report it; -Djot.cuda.scaling=fused and"
            + " linearSolver(DENSE) do without the library"
        : "jot doctor lists what was found; -Djot.cuda.scaling=fused and linearSolver(DENSE) do"
            + " without the library";
  }

  static CudaException of(String call, int status, String text, String remedy) {
    return new CudaException(
        call, status, call + " failed with status " + status + " (" + text + "); " + remedy);
  }

  static String runtimeText(int status) {
    return Cudart.cudaGetErrorName(status).getString(0)
        + ": "
        + Cudart.cudaGetErrorString(status).getString(0);
  }

  private static String runtimeRemedy(int status) {
    if (status == Cudart.cudaErrorMemoryAllocation()) {
      return "solve a smaller batch, or use F32 costs or points instead of an array";
    }
    if (status == Cudart.cudaErrorInsufficientDriver()) {
      return "install a driver that is as new as the CUDA libraries, or older libraries";
    }
    if (status == Cudart.cudaErrorNoDevice()) {
      return "is a device visible? see nvidia-smi and CUDA_VISIBLE_DEVICES";
    }
    return "the process may have lost its device: start it again, or choose the backend 'vector'";
  }

  private static String driverText(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ValueLayout.ADDRESS);
      if (Driver.cuGetErrorName(status, name) != SUCCESS) {
        return "unknown status";
      }
      return name.get(Driver.C_POINTER, 0).getString(0);
    }
  }
}
