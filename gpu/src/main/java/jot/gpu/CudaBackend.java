package jot.gpu;

import java.util.ArrayDeque;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import jot.spi.Backend;
import jot.spi.Session;
import jot.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** The CUDA backend: a device with its kernels, memory and queues, shared by all sessions. */
final class CudaBackend implements Backend {
  /** Who multiplies in a sweep on scalings: {@code fused}, a kernel of ours, or {@code cublas}. */
  static final String SCALING_PROPERTY = "jot.cuda.scaling";

  private final Device device;
  private final String description;
  private final Kernels kernels;
  private final boolean scalingByCublas;
  private final MemoryPool memory = new MemoryPool();
  private final ArrayDeque<Queue> idle = new ArrayDeque<>();

  CudaBackend() {
    this(scalingByCublas(System.getProperty(SCALING_PROPERTY)));
  }

  /**
   * Opens the device.
   *
   * @param scalingByCublas whether sweeps on scalings multiply by cuBLAS, which is then loaded
   */
  CudaBackend(boolean scalingByCublas) {
    this.scalingByCublas = scalingByCublas;
    if (scalingByCublas) {
      Libraries.open(Library.CUBLAS);
    }
    device = Device.open();
    String architecture = KernelCompiler.architecture(device.major(), device.minor());
    kernels = new Kernels(architecture, CubinCache.ofUser());
    description =
        "cuda: "
            + device.name()
            + ", compute capability "
            + device.major()
            + "."
            + device.minor()
            + ", "
            + (device.memory() >> 20)
            + " MiB, kernels by NVRTC "
            + KernelCompiler.version()
            + (scalingByCublas ? ", scaling by cuBLAS" : "");
  }

  private static boolean scalingByCublas(@Nullable String asked) {
    return switch (asked) {
      case null -> false;
      case "fused" -> false;
      case "cublas" -> true;
      default ->
          throw new IllegalArgumentException(
              "property "
                  + SCALING_PROPERTY
                  + ": expected 'fused' or 'cublas', received '"
                  + asked
                  + "'");
    };
  }

  boolean scalingByCublas() {
    return scalingByCublas;
  }

  @Override
  public String name() {
    return CudaProvider.NAME;
  }

  @Override
  public String description() {
    return description;
  }

  MemoryPool memory() {
    return memory;
  }

  @Override
  public Session open(int batch, int rows, int columns) {
    Shape shape = new Shape(batch, rows, columns); // refuses sizes below 1 and overflow
    Queue queue = acquire();
    return new CudaSession(this, queue, shape);
  }

  @Override
  public Session open(int batch, int rows, int columns, long stream) {
    Shape shape = new Shape(batch, rows, columns);
    Queue queue = acquire();
    queue.issueTo(stream);
    return new CudaSession(this, queue, shape);
  }

  private Queue acquire() {
    synchronized (idle) {
      Queue queue = idle.poll();
      if (queue != null) {
        return queue;
      }
    }
    return new Queue(kernels, memory);
  }

  /** Takes back a queue that is {@linkplain Queue#quiet quiet}. */
  void release(Queue queue) {
    synchronized (idle) {
      idle.push(queue);
    }
  }

  /** Gives everything back to the device; no session is open and none is opened any more. */
  void close() {
    Device.useIfThere();
    synchronized (idle) {
      idle.forEach(Queue::close);
      idle.clear();
    }
    memory.trim();
    kernels.unload();
  }
}
