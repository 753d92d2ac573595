package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cudart.Cudart;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of operations that came before, as CUDA graphs: the second time a block is recorded, from
 * then on it is replayed by one call. Blocks are equal when every argument is. A fixed number is
 * kept, the oldest makes room.
 */
final class Graphs {
  private static final int KEPT = 48;

  /** Blocks of fewer operations are issued one by one: recording would not pay. */
  private static final int SMALLEST = 4;

  private final long[] seen = new long[4 * KEPT];
  private int nextSeen;
  private final long[] hashes = new long[KEPT];
  private final @Nullable MemorySegment[] blocks = new MemorySegment[KEPT];
  private final @Nullable Arena[] arenas = new Arena[KEPT];
  private final @Nullable MemorySegment[] graphs = new MemorySegment[KEPT];
  private int next;

  /**
   * Gives a block to the stream, by a graph where it has come before.
   *
   * @param recorder an idle stream of our own: recorded on a caller's, a graph would hold what the
   *     caller issues in the meantime
   */
  void run(
      CommandLog log,
      Kernels kernels,
      Vendor vendor,
      MemorySegment recorder,
      MemorySegment stream) {
    if (log.count() < SMALLEST || !log.isRecordable()) {
      log.issue(kernels, vendor, stream);
      return;
    }
    long hash = log.hash();
    MemorySegment graph = find(hash, log);
    if (graph == null && cameBefore(hash)) {
      graph = record(hash, log, kernels, vendor, recorder);
    }
    if (graph == null) {
      log.issue(kernels, vendor, stream);
    } else {
      Status.cudart("cudaGraphLaunch", Cudart.cudaGraphLaunch(graph, stream));
    }
  }

  private @Nullable MemorySegment find(long hash, CommandLog log) {
    for (int k = 0; k < KEPT; k++) {
      MemorySegment block = blocks[k];
      if (hashes[k] == hash
          && block != null
          && block.byteSize() == log.length()
          && MemorySegment.mismatch(log.bytes(), 0, log.length(), block, 0, log.length()) < 0) {
        return graphs[k];
      }
    }
    return null;
  }

  private boolean cameBefore(long hash) {
    for (long one : seen) {
      if (one == hash) {
        return true;
      }
    }
    seen[nextSeen] = hash;
    nextSeen = (nextSeen + 1) % seen.length;
    return false;
  }

  private MemorySegment record(
      long hash, CommandLog log, Kernels kernels, Vendor vendor, MemorySegment stream) {
    log.prepare(kernels, vendor, stream);
    MemorySegment executable;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Status.cudart(
          "cudaStreamBeginCapture",
          Cudart.cudaStreamBeginCapture(stream, Cudart.cudaStreamCaptureModeThreadLocal()));
      try {
        log.issue(kernels, vendor, stream);
      } catch (RuntimeException failure) {
        if (Cudart.cudaStreamEndCapture(stream, out) == 0) {
          Cudart.cudaGraphDestroy(out.get(ValueLayout.ADDRESS, 0));
        }
        throw failure;
      }
      Status.cudart("cudaStreamEndCapture", Cudart.cudaStreamEndCapture(stream, out));
      MemorySegment graph = out.get(ValueLayout.ADDRESS, 0);
      int status = Cudart.cudaGraphInstantiateWithFlags(out, graph, 0);
      Cudart.cudaGraphDestroy(graph);
      Status.cudart("cudaGraphInstantiateWithFlags", status);
      executable = out.get(ValueLayout.ADDRESS, 0);
    }
    drop(next);
    Arena arena = Arena.ofShared();
    MemorySegment copy = arena.allocate(log.length(), 8);
    MemorySegment.copy(log.bytes(), 0, copy, 0, log.length());
    hashes[next] = hash;
    blocks[next] = copy;
    arenas[next] = arena;
    graphs[next] = executable;
    next = (next + 1) % KEPT;
    return executable;
  }

  private void drop(int k) {
    MemorySegment graph = graphs[k];
    Arena arena = arenas[k];
    if (graph != null && arena != null) {
      Cudart.cudaGraphExecDestroy(graph); // of a lost device nothing is left to destroy
      arena.close();
      graphs[k] = null;
      arenas[k] = null;
      blocks[k] = null;
    }
  }

  /** Destroys all; nothing of them may be running. */
  void clear() {
    for (int k = 0; k < KEPT; k++) {
      drop(k);
    }
    java.util.Arrays.fill(seen, 0);
  }
}
