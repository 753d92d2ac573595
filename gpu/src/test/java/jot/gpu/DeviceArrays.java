package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jot.bindings.cudart.Cudart;
import jot.tensor.DType;
import jot.tensor.DeviceMemory;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/** What a program that works on the device has: its own memory there, and a stream. */
final class DeviceArrays implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> memory = new ArrayList<>();
  private final MemorySegment stream;

  DeviceArrays() {
    MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
    assertThat(Cudart.cudaStreamCreateWithFlags(pointer, Cudart.cudaStreamNonBlocking())).isZero();
    stream = pointer.get(ValueLayout.ADDRESS, 0);
  }

  long stream() {
    return stream.address();
  }

  /** Memory of any content. */
  Tensor allocate(DType dtype, Shape shape) {
    MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
    assertThat(Cudart.cudaMalloc(pointer, shape.elements() * dtype.bytes())).isZero();
    MemorySegment device = pointer.get(ValueLayout.ADDRESS, 0);
    memory.add(device);
    return Tensor.onDevice(new DeviceMemory("cuda", device.address()), dtype, shape);
  }

  /** A copy that is on its way in the stream. */
  Tensor sending(Tensor host) {
    Tensor device = allocate(host.dtype(), host.shape());
    MemorySegment from = arena.allocate(host.segment().byteSize(), 64).copyFrom(host.segment());
    Transfers.copy(
        address(device), from.address(), from.byteSize(), Cudart.cudaMemcpyHostToDevice(), stream);
    return device;
  }

  /** A copy that has arrived. */
  Tensor copy(Tensor host) {
    Tensor device = sending(host);
    assertThat(Cudart.cudaStreamSynchronize(stream)).isZero();
    return device;
  }

  double[] read(Tensor device) {
    Tensor host = Tensor.allocate(arena, device.dtype(), device.shape());
    MemorySegment segment = host.segment();
    Transfers.copy(
        segment.address(),
        address(device),
        segment.byteSize(),
        Cudart.cudaMemcpyDeviceToHost(),
        stream);
    assertThat(Cudart.cudaStreamSynchronize(stream)).isZero();
    return host.toArray();
  }

  private static long address(Tensor device) {
    DeviceMemory where = device.device();
    assertThat(where).isNotNull();
    return where.address();
  }

  /** Frees everything now; what still uses it is wrong. */
  void free() {
    memory.forEach(Cudart::cudaFree);
    memory.clear();
  }

  @Override
  public void close() {
    free();
    Cudart.cudaStreamDestroy(stream);
    arena.close();
  }
}
