package jot.gpu;

import static jot.bindings.cublas.Cublas.CUBLAS_FILL_MODE_LOWER;
import static jot.bindings.cublas.Cublas.CUBLAS_OP_N;
import static jot.bindings.cublas.Cublas.CUBLAS_OP_T;
import static jot.bindings.cublas.Cublas.CUBLAS_PEDANTIC_MATH;
import static jot.bindings.cublas.Cublas.CUBLAS_SIDE_RIGHT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import jot.bindings.cublas.Cublas;

/**
 * A handle of cuBLAS. Matrices are column-major here: what a session has as m rows of n numbers is
 * for cuBLAS an n×m matrix with the leading dimension n.
 *
 * <p>Pedantic mathematics, and no atomics, which is cuBLAS's default. The workspace is our own, as
 * calls that go into a graph must have it.
 */
final class Blas {
  /** What cuBLAS recommends for a device of compute capability 9.0, the largest of all. */
  private static final long WORKSPACE = 32L << 20;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle GEMV =
      Vendor.plain(
          Cublas.cublasDgemvStridedBatched$address(),
          Cublas.cublasDgemvStridedBatched$descriptor());
  private static final MethodHandle DGMM =
      Vendor.plain(Cublas.cublasDdgmm$address(), Cublas.cublasDdgmm$descriptor());
  private static final MethodHandle SYRK =
      Vendor.plain(Cublas.cublasDsyrk_v2$address(), Cublas.cublasDsyrk_v2$descriptor());

  private final Arena arena = Arena.ofShared();
  private final MemoryPool memory;
  private final MemorySegment handle;
  private final long self;
  private final long workspace;
  private final long zero;
  private final long one;
  private final long minusOne;

  /** Makes the handle on the calling thread's device; the library is open. */
  Blas(MemoryPool memory) {
    this.memory = memory;
    Device.use();
    MemorySegment created = MemorySegment.NULL;
    try {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      Status.cublas("cublasCreate_v2", Cublas.cublasCreate_v2(pointer));
      created = pointer.get(ValueLayout.ADDRESS, 0);
      Status.cublas("cublasSetMathMode", Cublas.cublasSetMathMode(created, CUBLAS_PEDANTIC_MATH()));
      workspace = memory.allocate(WORKSPACE);
    } catch (RuntimeException failure) {
      if (created.address() != 0) {
        Cublas.cublasDestroy_v2(created);
      }
      arena.close();
      throw failure;
    }
    handle = created;
    self = created.address();
    zero = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 0).address();
    one = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1).address();
    minusOne = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, -1).address();
  }

  /** A new stream takes the workspace away, so that comes after it. */
  void bind(MemorySegment stream) {
    Status.cublas("cublasSetStream_v2", Cublas.cublasSetStream_v2(handle, stream));
    Status.cublas(
        "cublasSetWorkspace_v2",
        Cublas.cublasSetWorkspace_v2(handle, MemorySegment.ofAddress(workspace), WORKSPACE));
  }

  void close() {
    Cublas.cublasDestroy_v2(handle); // of a lost device nothing is left to destroy
    memory.free(workspace, WORKSPACE);
    arena.close();
  }

  void run(LibraryCall call, MemorySegment log, long at) {
    try {
      switch (call) {
        case GEMV -> gemv(log, at);
        case SCALE -> scale(log, at);
        case SYRK -> syrk(log, at);
        default -> throw new IllegalArgumentException("no call of cuBLAS: " + call);
      }
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws no checked exception", thrown);
    }
  }

  /**
   * y ← A x for every problem, or y ← Aᵀ x, with a rows×columns matrix that has this leading
   * dimension; vectors and matrices of the problems lie one after the other.
   */
  static void gemv(
      CommandLog log,
      boolean transposed,
      int rows,
      int columns,
      long matrix,
      int leading,
      long x,
      long y,
      int batch) {
    log.call(LibraryCall.GEMV)
        .put((long) (transposed ? CUBLAS_OP_T() : CUBLAS_OP_N()))
        .put((long) rows)
        .put((long) columns)
        .put(matrix)
        .put((long) leading)
        .put((long) leading * columns)
        .put(x)
        .put((long) (transposed ? rows : columns))
        .put(y)
        .put((long) (transposed ? columns : rows))
        .put((long) batch)
        .done();
  }

  private void gemv(MemorySegment log, long at) throws Throwable {
    int status =
        (int)
            GEMV.invokeExact(
                self,
                integer(log, at, 0),
                integer(log, at, 1),
                integer(log, at, 2),
                one,
                number(log, at, 3),
                integer(log, at, 4),
                number(log, at, 5),
                number(log, at, 6),
                1,
                number(log, at, 7),
                zero,
                number(log, at, 8),
                1,
                number(log, at, 9),
                integer(log, at, 10));
    Status.cublas("cublasDgemvStridedBatched", status);
  }

  /** B ← A diag(x) for one rows×columns matrix, both with this leading dimension. */
  static void scale(
      CommandLog log, int rows, int columns, long from, int leading, long x, long to) {
    log.call(LibraryCall.SCALE)
        .put((long) rows)
        .put((long) columns)
        .put(from)
        .put((long) leading)
        .put(x)
        .put(to)
        .done();
  }

  private void scale(MemorySegment log, long at) throws Throwable {
    int leading = integer(log, at, 3);
    int status =
        (int)
            DGMM.invokeExact(
                self,
                CUBLAS_SIDE_RIGHT(),
                integer(log, at, 0),
                integer(log, at, 1),
                number(log, at, 2),
                leading,
                number(log, at, 4),
                1,
                number(log, at, 5),
                leading);
    Status.cublas("cublasDdgmm", status);
  }

  /** The lower triangle of C ← −A Aᵀ for one n×k matrix with this leading dimension. */
  static void negativeSquare(CommandLog log, int n, int k, long a, int leading, long c) {
    log.call(LibraryCall.SYRK).put((long) n).put((long) k).put(a).put((long) leading).put(c).done();
  }

  private void syrk(MemorySegment log, long at) throws Throwable {
    int n = integer(log, at, 0);
    int status =
        (int)
            SYRK.invokeExact(
                self,
                CUBLAS_FILL_MODE_LOWER(),
                CUBLAS_OP_N(),
                n,
                integer(log, at, 1),
                minusOne,
                number(log, at, 2),
                integer(log, at, 3),
                zero,
                number(log, at, 4),
                n);
    Status.cublas("cublasDsyrk_v2", status);
  }

  private static long number(MemorySegment log, long at, int place) {
    return log.get(LONG, at + 8L * place);
  }

  private static int integer(MemorySegment log, long at, int place) {
    return (int) number(log, at, place);
  }
}
