package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jot.bindings.cudart.Cudart;
import jot.tensor.Tensor;

/**
 * A stream with what goes through it: the operations of the running block, pinned memory that
 * copies pass, and the handles of libraries that work on it. So no copy ever reads or writes memory
 * of the caller, which may be gone before it ends. One thread at a time.
 */
final class Queue {
  /** Bytes of pinned memory for each direction. */
  private static final long STAGE = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final Kernels kernels;
  private final CommandLog log = new CommandLog(arena);
  private final Graphs graphs = new Graphs();
  private final Vendor vendor;
  private final MemorySegment own;

  /** Where work is issued: the queue's own stream, or that of a caller. */
  private MemorySegment stream;

  private final MemorySegment in;
  private final MemorySegment out;
  private long inAt;
  private long outAt;
  private boolean busy;
  private final List<Tensor> destinations = new ArrayList<>();

  Queue(Kernels kernels, MemoryPool memory) {
    this.kernels = kernels;
    vendor = new Vendor(memory);
    Device.use();
    MemorySegment created = MemorySegment.NULL;
    MemorySegment first = MemorySegment.NULL;
    try {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      Status.cudart(
          "cudaStreamCreateWithFlags",
          Cudart.cudaStreamCreateWithFlags(pointer, Cudart.cudaStreamNonBlocking()));
      created = pointer.get(ValueLayout.ADDRESS, 0);
      Status.cudart("cudaMallocHost", Cudart.cudaMallocHost(pointer, STAGE));
      first = pointer.get(ValueLayout.ADDRESS, 0);
      Status.cudart("cudaMallocHost", Cudart.cudaMallocHost(pointer, STAGE));
      own = created;
      stream = created;
      in = first.reinterpret(STAGE);
      out = pointer.get(ValueLayout.ADDRESS, 0).reinterpret(STAGE);
    } catch (RuntimeException failure) {
      free(created, first, MemorySegment.NULL);
      arena.close();
      throw failure;
    }
  }

  private static void free(MemorySegment stream, MemorySegment first, MemorySegment second) {
    // Whatever these calls say, there is nothing more to be done.
    if (first.address() != 0) {
      Cudart.cudaFreeHost(first);
    }
    if (second.address() != 0) {
      Cudart.cudaFreeHost(second);
    }
    if (stream.address() != 0) {
      Cudart.cudaStreamDestroy(stream);
    }
  }

  /** Issues all that follows to a stream of the caller's, until the queue is given back. */
  void issueTo(long handle) {
    stream = MemorySegment.ofAddress(handle);
  }

  /** cuBLAS and cuSOLVER on the queue's stream. */
  Vendor vendor() {
    return vendor;
  }

  /** The log to write the next launch to. */
  CommandLog log() {
    if (log.full()) {
      flush();
    }
    return log;
  }

  void zero(long device, long bytes) {
    log().zero(device, bytes);
  }

  /** Copies host memory to the device; it may change as soon as this returns. */
  void upload(MemorySegment host, long device, long bytes) {
    for (long done = 0; done < bytes; ) {
      if (inAt == STAGE) {
        drain();
      }
      long part = Math.min(bytes - done, STAGE - inAt);
      MemorySegment.copy(host, done, in, inAt, part);
      log().copyIn(device + done, in.address() + inAt, part);
      inAt = Math.min(STAGE, Math.ceilDiv(inAt + part, 64L) * 64);
      done += part;
    }
  }

  /** Copies device memory to a tensor, at the latest when the queue is polled. */
  void download(long device, Tensor destination) {
    long bytes = destination.segment().byteSize();
    if (bytes <= STAGE - outAt) {
      log().copyOut(out.address() + outAt, device, bytes);
      outAt = Math.min(STAGE, Math.ceilDiv(outAt + bytes, 64L) * 64);
      destinations.add(destination);
      return;
    }
    drain();
    for (long done = 0; done < bytes; done += STAGE) {
      long part = Math.min(STAGE, bytes - done);
      log().copyOut(out.address(), device + done, part);
      drain();
      MemorySegment.copy(out, 0, destination.segment(), done, part);
    }
  }

  private void flush() {
    if (log.count() > 0) {
      try {
        Device.use();
        busy = true;
        graphs.run(log, kernels, vendor, own, stream);
      } finally {
        log.clear();
      }
    }
  }

  /** Waits for everything issued, and hands out what was copied. */
  void drain() {
    try {
      flush();
      if (busy) {
        Status.cudart("cudaStreamSynchronize", Cudart.cudaStreamSynchronize(stream));
        busy = false;
      }
      long at = 0;
      for (int k = 0; k < destinations.size(); k++) {
        MemorySegment to = destinations.get(k).segment();
        MemorySegment.copy(out, at, to, 0, to.byteSize());
        at = Math.ceilDiv(at + to.byteSize(), 64L) * 64;
      }
    } finally {
      destinations.clear();
      inAt = 0;
      outAt = 0;
    }
  }

  /** Ends what a session left behind, so that its memory may be used by another. */
  void quiet() {
    log.clear();
    destinations.clear();
    inAt = 0;
    outAt = 0;
    if (busy) {
      Device.useIfThere();
      Cudart.cudaStreamSynchronize(stream); // a failure was the old session's
      busy = false;
    }
    graphs.clear();
    vendor.unbind();
    stream = own;
  }

  void close() {
    quiet();
    vendor.close();
    free(own, in, out);
    arena.close();
  }
}
