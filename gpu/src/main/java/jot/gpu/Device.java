package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cudart.Cudart;
import jot.bindings.cudart.cudaPointerAttributes;
import jot.bindings.driver.Driver;
import jot.tensor.Tensor;

/**
 * The device that jot runs on: the first one that CUDA shows.
 *
 * @param name as the driver gives it
 * @param major compute capability
 * @param minor compute capability
 * @param multiprocessors how many
 * @param memory bytes
 */
record Device(String name, int major, int minor, int multiprocessors, long memory) {
  private static final int NAME_BYTES = 256;

  /** Makes the device the calling thread's: every thread that calls CUDA has to. */
  static void use() {
    Status.cudart("cudaSetDevice", Cudart.cudaSetDevice(0));
  }

  /** As {@link #use} where something is given back: a device that is lost must not prevent it. */
  static void useIfThere() {
    Cudart.cudaSetDevice(0);
  }

  static Device open() {
    use();
    try (Arena arena = Arena.ofConfined()) {
      Status.driver("cuInit", Driver.cuInit(0));
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      Status.driver("cuDeviceGet", Driver.cuDeviceGet(number, 0));
      MemorySegment name = arena.allocate(NAME_BYTES);
      int device = number.get(ValueLayout.JAVA_INT, 0);
      Status.driver("cuDeviceGetName", Driver.cuDeviceGetName(name, NAME_BYTES, device));
      MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
      Status.cudart("cudaMemGetInfo", Cudart.cudaMemGetInfo(free, total));
      return new Device(
          name.getString(0),
          attribute(number, Cudart.cudaDevAttrComputeCapabilityMajor()),
          attribute(number, Cudart.cudaDevAttrComputeCapabilityMinor()),
          attribute(number, Cudart.cudaDevAttrMultiProcessorCount()),
          total.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  private static int attribute(MemorySegment number, int which) {
    Status.cudart("cudaDeviceGetAttribute", Cudart.cudaDeviceGetAttribute(number, which, 0));
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  /** Refuses a tensor whose pointer CUDA does not know as memory of this device. */
  static void requireOwn(Tensor tensor, long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = cudaPointerAttributes.allocate(arena);
      use();
      Status.cudart(
          "cudaPointerGetAttributes",
          Cudart.cudaPointerGetAttributes(attributes, MemorySegment.ofAddress(address)));
      int type = cudaPointerAttributes.type(attributes);
      if (type != Cudart.cudaMemoryTypeDevice() || cudaPointerAttributes.device(attributes) != 0) {
        throw new IllegalArgumentException(
            "memory: expected memory of device 0 for "
                + tensor
                + ", received the address 0x"
                + Long.toHexString(address)
                + " that CUDA does not know as such; allocate it with cudaMalloc on device 0");
      }
    }
  }

  /** Bytes that are free on the device now. */
  static long freeMemory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
      return Cudart.cudaMemGetInfo(free, total) == 0 ? free.get(ValueLayout.JAVA_LONG, 0) : 0;
    }
  }
}
