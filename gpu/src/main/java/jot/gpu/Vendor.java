package jot.gpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import org.jspecify.annotations.Nullable;

/**
 * cuBLAS and cuSOLVER for one queue: a handle of each, made when it is first asked for and kept
 * until the queue is closed, on the stream where the queue issues its work.
 */
final class Vendor {
  private final MemoryPool memory;
  private @Nullable Blas blas;
  private @Nullable Factors factors;

  /** The stream that the handles work on, 0 for none. */
  private long bound;

  Vendor(MemoryPool memory) {
    this.memory = memory;
  }

  /**
   * Loads cuBLAS and makes its handle, where that has not been done: before a call is logged.
   *
   * @throws jot.bindings.library.MissingLibraryException naming every file that was tried
   */
  void openBlas() {
    if (blas == null) {
      Libraries.open(Library.CUBLAS);
      blas = new Blas(memory);
      bound = 0;
    }
  }

  /** As {@link #openBlas}, for cuSOLVER. */
  Factors openFactors() {
    Factors open = factors;
    if (open == null) {
      Libraries.open(Library.CUSOLVER);
      open = new Factors();
      factors = open;
      bound = 0;
    }
    return open;
  }

  /** Lets the handles work on a stream from now on. */
  void bind(MemorySegment stream) {
    if (bound != stream.address()) {
      bound = 0;
      if (blas != null) {
        blas.bind(stream);
      }
      if (factors != null) {
        factors.bind(stream);
      }
      bound = stream.address();
    }
  }

  /** Forgets the stream: another of the same address may come. */
  void unbind() {
    bound = 0;
  }

  /** Makes a call whose arguments lie in a log, on the stream that was {@linkplain #bind bound}. */
  void run(LibraryCall call, MemorySegment log, long at) {
    switch (call) {
      case GEMV, SCALE, SYRK -> Objects.requireNonNull(blas).run(call, log, at);
      case POTRF, POTRS, POTRF_BATCHED, POTRS_BATCHED ->
          Objects.requireNonNull(factors).run(call, log, at);
    }
  }

  /** Destroys the handles; nothing of theirs may be running. */
  void close() {
    if (blas != null) {
      blas.close();
      blas = null;
    }
    if (factors != null) {
      factors.close();
      factors = null;
    }
    bound = 0;
  }

  /**
   * A function that takes its pointers as numbers: a segment made for each of them would be garbage
   * wherever the compiler does not see through the call.
   */
  static MethodHandle plain(MemorySegment function, FunctionDescriptor descriptor) {
    MemoryLayout[] arguments =
        descriptor.argumentLayouts().stream()
            .map(layout -> layout.byteSize() == Integer.BYTES ? layout : ValueLayout.JAVA_LONG)
            .toArray(MemoryLayout[]::new);
    return Linker.nativeLinker()
        .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }
}
