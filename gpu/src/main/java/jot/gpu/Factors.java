package jot.gpu;

import static jot.bindings.cusolver.Cusolver.CUBLAS_FILL_MODE_LOWER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import jot.bindings.cusolver.Cusolver;

/**
 * A handle of cuSOLVER, for Cholesky factors in the lower triangle of column-major n×n matrices.
 * Workspaces and infos are the caller's. Results are deterministic, which is cuSOLVER's default.
 */
final class Factors {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle POTRF =
      Vendor.plain(Cusolver.cusolverDnDpotrf$address(), Cusolver.cusolverDnDpotrf$descriptor());
  private static final MethodHandle POTRS =
      Vendor.plain(Cusolver.cusolverDnDpotrs$address(), Cusolver.cusolverDnDpotrs$descriptor());
  private static final MethodHandle POTRF_BATCHED =
      Vendor.plain(
          Cusolver.cusolverDnDpotrfBatched$address(),
          Cusolver.cusolverDnDpotrfBatched$descriptor());
  private static final MethodHandle POTRS_BATCHED =
      Vendor.plain(
          Cusolver.cusolverDnDpotrsBatched$address(),
          Cusolver.cusolverDnDpotrsBatched$descriptor());

  private final MemorySegment handle;
  private final long self;

  /** Makes the handle on the calling thread's device; the library is open. */
  Factors() {
    Device.use();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      // Where it fails the handle need not be null: the status alone says so.
      Status.cusolver("cusolverDnCreate", Cusolver.cusolverDnCreate(pointer));
      handle = pointer.get(ValueLayout.ADDRESS, 0);
      self = handle.address();
    }
  }

  void bind(MemorySegment stream) {
    Status.cusolver("cusolverDnSetStream", Cusolver.cusolverDnSetStream(handle, stream));
  }

  void close() {
    Cusolver.cusolverDnDestroy(handle); // of a lost device nothing is left to destroy
  }

  /** Numbers of workspace that {@link #factorise} needs. */
  int workspace(int n, long matrix) {
    Device.use();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT);
      Status.cusolver(
          "cusolverDnDpotrf_bufferSize",
          Cusolver.cusolverDnDpotrf_bufferSize(
              handle, CUBLAS_FILL_MODE_LOWER(), n, MemorySegment.ofAddress(matrix), n, numbers));
      return numbers.get(ValueLayout.JAVA_INT, 0);
    }
  }

  void run(LibraryCall call, MemorySegment log, long at) {
    try {
      switch (call) {
        case POTRF -> potrf(log, at);
        case POTRS -> potrs(log, at);
        case POTRF_BATCHED -> potrfBatched(log, at);
        case POTRS_BATCHED -> potrsBatched(log, at);
        default -> throw new IllegalArgumentException("no call of cuSOLVER: " + call);
      }
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new AssertionError("a downcall throws no checked exception", thrown);
    }
  }

  /** Factorises one matrix in place; info ← 0, or the order of a minor that is not positive. */
  static void factorise(CommandLog log, int n, long a, long workspace, int numbers, long info) {
    log.call(LibraryCall.POTRF)
        .put((long) n)
        .put(a)
        .put(workspace)
        .put((long) numbers)
        .put(info)
        .done();
  }

  private void potrf(MemorySegment log, long at) throws Throwable {
    int n = integer(log, at, 0);
    int status =
        (int)
            POTRF.invokeExact(
                self,
                CUBLAS_FILL_MODE_LOWER(),
                n,
                number(log, at, 1),
                n,
                number(log, at, 2),
                integer(log, at, 3),
                number(log, at, 4));
    Status.cusolver("cusolverDnDpotrf", status);
  }

  /** Solves for one right-hand side in place. */
  static void solve(CommandLog log, int n, long a, long b, long info) {
    log.call(LibraryCall.POTRS).put((long) n).put(a).put(b).put(info).done();
  }

  private void potrs(MemorySegment log, long at) throws Throwable {
    int n = integer(log, at, 0);
    int status =
        (int)
            POTRS.invokeExact(
                self,
                CUBLAS_FILL_MODE_LOWER(),
                n,
                1,
                number(log, at, 1),
                n,
                number(log, at, 2),
                n,
                number(log, at, 3));
    Status.cusolver("cusolverDnDpotrs", status);
  }

  /** Factorises matrices whose addresses lie on the device; the upper triangles are destroyed. */
  static void factoriseAll(CommandLog log, int n, long pointers, long infos, int count) {
    log.call(LibraryCall.POTRF_BATCHED)
        .put((long) n)
        .put(pointers)
        .put(infos)
        .put((long) count)
        .done();
  }

  private void potrfBatched(MemorySegment log, long at) throws Throwable {
    int n = integer(log, at, 0);
    int status =
        (int)
            POTRF_BATCHED.invokeExact(
                self,
                CUBLAS_FILL_MODE_LOWER(),
                n,
                number(log, at, 1),
                n,
                number(log, at, 2),
                integer(log, at, 3));
    Status.cusolver("cusolverDnDpotrfBatched", status);
  }

  /** Solves for one right-hand side of each matrix in place; their addresses lie on the device. */
  static void solveAll(CommandLog log, int n, long pointers, long sides, long info, int count) {
    log.call(LibraryCall.POTRS_BATCHED)
        .put((long) n)
        .put(pointers)
        .put(sides)
        .put(info)
        .put((long) count)
        .done();
  }

  private void potrsBatched(MemorySegment log, long at) throws Throwable {
    int n = integer(log, at, 0);
    int status =
        (int)
            POTRS_BATCHED.invokeExact(
                self,
                CUBLAS_FILL_MODE_LOWER(),
                n,
                1,
                number(log, at, 1),
                n,
                number(log, at, 2),
                n,
                number(log, at, 3),
                integer(log, at, 4));
    Status.cusolver("cusolverDnDpotrsBatched", status);
  }

  private static long number(MemorySegment log, long at, int place) {
    return log.get(LONG, at + 8L * place);
  }

  private static int integer(MemorySegment log, long at, int place) {
    return (int) number(log, at, place);
  }
}
