package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cudart.Cudart;
import jot.bindings.driver.Driver;
import jot.bindings.nvrtc.Nvrtc;

/** Turns what a call returned into an exception that says what it means. */
final class Status {
  private static final int SUCCESS = 0;

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
