package jot.tensor;

/**
 * Memory on a device that only one backend can read. Nothing is owned: whoever allocated it frees
 * it.
 *
 * @param backend the name of that backend, such as {@code "cuda"}
 * @param address the device's own pointer
 */
public record DeviceMemory(String backend, long address) {
  /**
   * Names device memory.
   *
   * @throws IllegalArgumentException for the null pointer
   */
  public DeviceMemory {
    if (address == 0) {
      throw new IllegalArgumentException(
          "address: expected a pointer of the device, received the null pointer");
    }
  }

  /** So many bytes further on. */
  DeviceMemory plus(long bytes) {
    return new DeviceMemory(backend, address + bytes);
  }
}
