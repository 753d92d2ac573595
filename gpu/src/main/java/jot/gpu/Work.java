package jot.gpu;

import java.util.List;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of a session share: its shape, how rows are cut into chunks, where buffers
 * lie on the device, and slots, whose numbers travel when they are needed.
 */
final class Work {
  /** Threads of a kernel that works on rows, one warp a row. */
  static final int ROWS = 128;

  /** Threads of a kernel that works on numbers or on whole problems, at most. */
  private static final int WIDE = 256;

  private static final int WARP = 32;

  /** Chunks that a problem is cut into at most, unless they would be too large for a block. */
  private static final int CHUNKS = 256;

  private static final int SMALLEST_CHUNK = 8;
  private static final int LARGEST_CHUNK = 64;

  /** Kinds of sources, as {@code source.cuh} numbers them. */
  private static final long STORED_F64 = 1;

  private static final long STORED_F32 = 2;
  private static final long DISTANCE = 3;
  private static final long LOW_RANK = 4;
  private static final long GIBBS = 16;
  private static final long EXPONENTS = 32;

  final Queue queue;
  final Scratch scratch;
  final int batch;
  final int m;
  final int n;

  /** Rows of a chunk: from the shape alone, so that a problem has the bits it has alone. */
  final int chunk;

  final int chunks;
  final List<CudaBuffer> slots;
  private final Runnable drain;

  Work(Queue queue, Scratch scratch, int batch, int m, int n, List<CudaBuffer> slots) {
    this.queue = queue;
    this.scratch = scratch;
    this.batch = batch;
    this.m = m;
    this.n = n;
    this.slots = slots;
    drain = queue::drain;
    int even = Math.ceilDiv(Math.ceilDiv(m, CHUNKS), 4) * 4;
    chunk = Math.clamp(even, SMALLEST_CHUNK, LARGEST_CHUNK);
    chunks = Math.ceilDiv(m, chunk);
  }

  /** The same for n×m problems on the same queue. */
  Work transposed(MemoryPool memory) {
    return new Work(queue, new Scratch(memory), batch, n, m, slots);
  }

  /** Room for so many numbers of every problem. */
  long room(Scratch.Use use, long numbers) {
    return scratch.get(use, Math.multiplyExact(numbers, (long) batch), drain);
  }

  /** Room for so many numbers that the problems use one after the other. */
  long shared(Scratch.Use use, long numbers) {
    return scratch.get(use, numbers, drain);
  }

  // ---- launches ----

  /** Threads for so many numbers: whole warps, no more than are of use. */
  private static int threads(long numbers) {
    return (int) Math.min(WIDE, Math.ceilDiv(numbers, (long) WARP) * WARP);
  }

  /** A kernel with one thread a number of every problem. */
  CommandLog each(Kernel kernel, long numbers) {
    int threads = threads(numbers * batch);
    return queue.log().launch(kernel, Math.ceilDiv(numbers * batch, (long) threads), threads);
  }

  /** A kernel with one thread a problem. */
  CommandLog problems(Kernel kernel) {
    return each(kernel, 1);
  }

  /** A kernel with one block a problem. */
  CommandLog whole(Kernel kernel) {
    return queue.log().launch(kernel, batch, threads(Math.max(m, n)));
  }

  /** A kernel with one block a chunk of rows. */
  CommandLog rows(Kernel kernel) {
    return queue.log().launch(kernel, (long) batch * chunks, ROWS);
  }

  /** A kernel with one thread a column of a chunk. */
  CommandLog columns(Kernel kernel) {
    int threads = threads(n);
    long tiles = Math.ceilDiv(n, threads);
    return queue.log().launch(kernel, (long) batch * chunks * tiles, threads);
  }

  /** A kernel with one block a square tile of a matrix. */
  CommandLog tiles(Kernel kernel, int rows, int columns, int side, int threads) {
    long tiles = (long) Math.ceilDiv(rows, side) * Math.ceilDiv(columns, side);
    return queue.log().launch(kernel, batch * tiles, threads);
  }

  /** out ← Σ over the chunks. */
  void combine(long partials, long width, long out, @Nullable Buffer active) {
    combine(Kernel.COMBINE, partials, width, out, 1, 0, 0, active);
  }

  void combine(
      Kernel kernel,
      long partials,
      long width,
      long out,
      double factor,
      long scale,
      long added,
      @Nullable Buffer active) {
    long mask = mask(active);
    each(kernel, width)
        .put(partials)
        .put((long) chunks)
        .put(width)
        .put(out)
        .put(factor)
        .put(scale)
        .put(added)
        .put(mask)
        .put((long) batch)
        .done();
  }

  // ---- where things lie ----

  /** The address of numbers that an operation reads. */
  long in(Buffer buffer) {
    CudaBuffer own = CudaBuffer.of(buffer);
    Tensor host = own.host;
    own.read = host != null;
    if (own.awaited && host != null) {
      own.awaited = false;
      queue.upload(host.segment(), own.address, host.segment().byteSize());
    }
    return own.address;
  }

  /** As {@link #in}, 0 for none. */
  long inOrNull(@Nullable Buffer buffer) {
    return buffer == null ? 0 : in(buffer);
  }

  /** The address of numbers that an operation writes, all of them where no mask says otherwise. */
  long out(Buffer buffer, @Nullable Buffer active) {
    CudaBuffer own = CudaBuffer.of(buffer);
    if (own.host != null) {
      if (active == null) {
        own.awaited = false;
      }
      long address = in(buffer);
      own.changed = true;
      return address;
    }
    return own.address;
  }

  long out(Buffer buffer) {
    return out(buffer, null);
  }

  /** The address of numbers that an operation reads and writes. */
  long inOut(Buffer buffer) {
    long address = in(buffer);
    CudaBuffer own = CudaBuffer.of(buffer);
    own.changed = own.host != null;
    return address;
  }

  /** The address of a mask, 0 for none. */
  long mask(@Nullable Buffer active) {
    return inOrNull(active);
  }

  /** Fetches what operations left in memory that the host has lent. */
  void fetchSlots() {
    for (int k = 0; k < slots.size(); k++) {
      CudaBuffer slot = slots.get(k);
      Tensor host = slot.host;
      if (slot.changed && host != null) {
        slot.changed = false;
        queue.download(slot.address, host);
      }
    }
  }

  /**
   * Refuses memory that was closed under the operations of the last block. The device has a copy,
   * but the numbers are gone by the contract, and a caller who closes them has made a mistake.
   */
  void requireSlotsAlive() {
    for (int k = 0; k < slots.size(); k++) {
      CudaBuffer slot = slots.get(k);
      Tensor host = slot.host;
      if (slot.read && host != null && !host.isAlive()) {
        throw new IllegalStateException(
            "memory: its arena was closed while it was in use; close it after the results");
      }
      slot.read = false;
    }
  }

  /** Uploads what a source needs, before a launch that names it is begun. */
  void ready(@Nullable MatrixSource source) {
    switch (source) {
      case null -> {
        // zero everywhere
      }
      case MatrixSource.Stored stored -> in(stored.values());
      case MatrixSource.SquaredDistance points -> {
        in(points.x());
        in(points.y());
      }
      case MatrixSource.LowRank product -> {
        in(product.u());
        in(product.v());
      }
      case MatrixSource.Gibbs plan -> ready(plan.cost());
      case MatrixSource.LogPlan log -> ready(log.plan().cost());
    }
  }

  /** Writes a source as kernels take it; {@link #ready} came before. */
  CommandLog put(CommandLog log, @Nullable MatrixSource source) {
    return switch (source) {
      case null -> plain(log, null, 0);
      case MatrixSource.Gibbs plan -> potentials(plain(log, plan.cost(), GIBBS), plan);
      case MatrixSource.LogPlan of ->
          potentials(plain(log, of.plan().cost(), EXPONENTS), of.plan());
      default -> plain(log, source, 0);
    };
  }

  private static CommandLog plain(CommandLog log, @Nullable MatrixSource source, long kind) {
    switch (source) {
      case null -> log.put(0L).put(0L).put(0L).put(0L).put(0L);
      case MatrixSource.Stored stored -> {
        CudaBuffer values = CudaBuffer.of(stored.values());
        log.put(kind + (values.dtype() == DType.F64 ? STORED_F64 : STORED_F32));
        log.put(values.address).put(0L).put(0L).put(0L);
      }
      case MatrixSource.SquaredDistance points -> {
        CudaBuffer x = CudaBuffer.of(points.x());
        log.put(kind + DISTANCE).put(0L).put(x.address);
        log.put(CudaBuffer.of(points.y()).address).put((long) x.rows());
      }
      case MatrixSource.LowRank product -> {
        CudaBuffer u = CudaBuffer.of(product.u());
        log.put(kind + LOW_RANK).put(0L).put(u.address);
        log.put(CudaBuffer.of(product.v()).address).put((long) u.rows());
      }
      default ->
          throw new IllegalArgumentException(
              "source: a cost must be stored or made from points, received " + source);
    }
    if (kind == 0) {
      log.put(0L).put(0L).put(0L).put(0L).put(0L);
    }
    return log;
  }

  private static CommandLog potentials(CommandLog log, MatrixSource.Gibbs plan) {
    return log.put(CudaBuffer.of(plan.rowAnchor()).address)
        .put(CudaBuffer.of(plan.columnAnchor()).address)
        .put(CudaBuffer.of(plan.epsilon()).address)
        .put(CudaBuffer.of(plan.f()).address)
        .put(CudaBuffer.of(plan.g()).address);
  }

  /** Ends the arguments of a kernel on chunks: m, n, rows of a chunk. */
  void shape(CommandLog log) {
    log.put((long) m).put((long) n).put((long) chunk).done();
  }
}
