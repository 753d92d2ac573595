package jot.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import jot.spi.host.RowKernels;

/**
 * Kernels with operands of the session's own, on memory of just the size they need; and a program
 * that gives them less, to be run in a virtual machine of its own: where calls have failed often,
 * C2 inlines less, and other tests count what kernels allocate.
 */
final class Refusals {
  private static final RowKernels KERNELS = new VectorKernels();

  /** Every kind of rest: of vectors of 2, 4 and 8 lanes, twice as many of F32, and runs of them. */
  static final List<Integer> SIZES = List.of(1, 2, 8, 13, 64, 75);

  private static final int ROWS = 6;
  private static final int TILE = 4;

  /** A kernel on segments that hold as many bytes as it uses of them, from offset 0 on. */
  record Case(String name, Kernel kernel, List<Bytes> operands) {
    long[] bytes(int n) {
      return operands.stream().mapToLong(operand -> operand.of(n)).toArray();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  interface Kernel {
    void run(MemorySegment[] m, int n);
  }

  interface Bytes {
    long of(int n);
  }

  private static final Bytes ROW = n -> 8L * n;
  private static final Bytes FLOATS = n -> 4L * n;
  private static final Bytes MATRIX = n -> 8L * n * ROWS;
  private static final Bytes FLOAT_MATRIX = n -> 4L * n * ROWS;
  private static final Bytes EACH = n -> 8L * ROWS;

  private static Case kernel(String name, Kernel kernel, Bytes... operands) {
    return new Case(name, kernel, List.of(operands));
  }

  static Stream<Case> kernels() {
    int width = KERNELS.tileColumns();
    return Stream.of(
        kernel(
            "dots",
            (m, n) -> KERNELS.dots(ROWS, m[0], 0, 8L * n, m[1], 0, m[2], 0, n),
            MATRIX,
            ROW,
            EACH),
        kernel(
            "axpys",
            (m, n) -> KERNELS.axpys(ROWS, m[0], 0, m[1], 0, 8L * n, m[2], 0, n),
            EACH,
            MATRIX,
            ROW),
        kernel(
            "dotsInF32",
            (m, n) -> KERNELS.dotsInF32(ROWS, m[0], 0, 4L * n, m[1], 0, m[2], 0, n),
            FLOAT_MATRIX,
            FLOATS,
            EACH),
        kernel(
            "axpysInF32",
            (m, n) -> KERNELS.axpysInF32(ROWS, m[0], 0, m[1], 0, 4L * n, m[2], 0, n),
            EACH,
            FLOAT_MATRIX,
            ROW),
        kernel(
            "anchoredDots",
            (m, n) -> KERNELS.anchoredDots(ROWS, m[0], 0, 8L * n, m[1], 0, m[2], 0, m[3], 0, n),
            MATRIX,
            ROW,
            EACH,
            EACH),
        kernel(
            "addAnchoreds",
            (m, n) ->
                KERNELS.addAnchoreds(ROWS, m[0], 0, 8L * n, m[1], 0, m[2], 0, m[3], 0, m[4], 0, n),
            MATRIX,
            ROW,
            EACH,
            EACH,
            ROW),
        kernel("addLog", (m, n) -> KERNELS.addLog(1, m[0], 0, m[1], 0, m[2], 0, n), ROW, ROW, ROW),
        kernel(
            "addTile",
            (m, n) -> KERNELS.addTile(n, m[0], 0, m[1], 0, m[2], 0, 8L * width * TILE),
            n -> 8L * n * RowKernels.TILE_ROWS,
            n -> 8L * n * width,
            n -> 8L * width * ((RowKernels.TILE_ROWS - 1) * TILE + 1)),
        kernel(
            "gibbsInRange",
            (m, n) -> KERNELS.gibbsInRange(m[0], 0, m[1], 0, 0, 1, m[2], 0, n),
            ROW,
            ROW,
            ROW),
        kernel(
            "gibbsInRange of rows",
            (m, n) ->
                KERNELS.gibbsInRange(
                    ROWS, m[0], 0, 8L * n, m[1], 0, m[2], 0, 1, m[3], 0, 8L * n, m[4], 0, n),
            MATRIX,
            ROW,
            EACH,
            MATRIX,
            EACH),
        kernel(
            "gibbsInF32",
            (m, n) -> KERNELS.gibbsInF32(m[0], 0, m[1], 0, 0, 1, m[2], 0, n),
            FLOATS,
            FLOATS,
            FLOATS),
        kernel(
            "gibbsToF32",
            (m, n) -> KERNELS.gibbsToF32(m[0], 0, m[1], 0, 0, 1, m[2], 0, n),
            ROW,
            ROW,
            FLOATS));
  }

  static MemorySegment[] allocate(Arena arena, Case kernel, int n) {
    return LongStream.of(kernel.bytes(n)).mapToObj(arena::allocate).toArray(MemorySegment[]::new);
  }

  private Refusals() {}

  /** Prints what was not refused, and how many calls were. */
  public static void main(String[] args) {
    int refused = 0;
    for (Case kernel : kernels().toList()) {
      for (int k = 0; k < kernel.operands().size(); k++) {
        for (int n : SIZES) {
          refused += isRefused(IndexOutOfBoundsException.class, kernel, n, k, Refusals::shorter);
        }
        refused += isRefused(IllegalStateException.class, kernel, 13, k, Refusals::closed);
        refused += isRefused(ClassCastException.class, kernel, 13, k, Refusals::onTheHeap);
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(1 << 12);
      long far = Long.MAX_VALUE / 2;
      refused += isOutOfBounds(() -> KERNELS.dots(4, x, -8, 128, x, 0, x, 0, 16));
      refused += isOutOfBounds(() -> KERNELS.dots(4, x, 0, 128, x, 0, x, 2 * far - 8, 16));
      refused += isOutOfBounds(() -> KERNELS.dots(4, x, 128, -128, x, 0, x, 0, 16));
      refused += isOutOfBounds(() -> KERNELS.dotsInF32(4, x, 128, -128, x, 0, x, 0, 16));
      refused += isOutOfBounds(() -> KERNELS.dots(4, x, 0, far, x, 0, x, 0, 16));
    }
    System.out.println(refused + " refused, unchecked: " + OwnMemory.UNCHECKED);
  }

  private interface Spoiling {
    MemorySegment of(MemorySegment good);
  }

  private static MemorySegment shorter(MemorySegment good) {
    return good.asSlice(0, good.byteSize() - 1);
  }

  private static MemorySegment closed(MemorySegment good) {
    try (Arena brief = Arena.ofConfined()) {
      return brief.allocate(good.byteSize());
    }
  }

  private static MemorySegment onTheHeap(MemorySegment good) {
    return MemorySegment.ofArray(new byte[(int) good.byteSize()]);
  }

  private static int isRefused(
      Class<? extends RuntimeException> with, Case kernel, int n, int operand, Spoiling spoiling) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] memory = allocate(arena, kernel, n);
      memory[operand] = spoiling.of(memory[operand]);
      String call = "%s, n = %d, operand %d: ".formatted(kernel, n, operand);
      return isRefused(with, call, () -> kernel.kernel().run(memory, n));
    }
  }

  private static int isOutOfBounds(Runnable call) {
    return isRefused(IndexOutOfBoundsException.class, "offset or stride: ", call);
  }

  private static int isRefused(Class<? extends RuntimeException> with, String name, Runnable call) {
    try {
      call.run();
      System.out.println(name + "ran");
    } catch (RuntimeException failure) {
      if (with.isInstance(failure)) {
        return 1;
      }
      System.out.println(name + failure);
    }
    return 0;
  }
}
