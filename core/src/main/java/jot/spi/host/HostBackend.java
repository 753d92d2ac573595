package jot.spi.host;

import java.lang.foreign.Arena;
import jot.spi.Backend;
import jot.spi.Session;
import jot.tensor.Shape;

/** A backend on the CPU: {@link RowKernels} and a pool of threads, shared by its sessions. */
public final class HostBackend implements Backend {
  private final String name;
  private final String description;
  private final RowKernels kernels;
  private final WorkerPool pool;

  /**
   * Starts the threads that help a caller.
   *
   * @param threads at least 1, the caller counted
   */
  public HostBackend(String name, String description, RowKernels kernels, int threads) {
    this.name = name;
    this.description = description;
    this.kernels = kernels;
    this.pool = new WorkerPool(threads);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Session open(int batch, int rows, int columns) {
    Shape shape =
        new Shape(batch, rows, columns); // refuses sizes below 1 and products that overflow
    Arena arena = Arena.ofShared();
    try {
      return new HostSession(kernels, pool, shape, arena, true);
    } catch (Throwable thrown) { // also out of memory: nothing stays behind
      arena.close();
      throw thrown;
    }
  }
}
