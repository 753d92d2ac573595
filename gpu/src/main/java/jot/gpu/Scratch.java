package jot.gpu;

import java.util.EnumMap;
import java.util.Map;

/** A session's own memory for what passes between the kernels of one operation. */
final class Scratch {
  /** What it is for; two that are in use at the same time have two names. */
  enum Use {
    PARTIALS,
    MORE_PARTIALS,
    ERRORS,
    FLAGS,
    EXTRA,
    GOING,
    REDO,
    TOTALS,
    TOPS,
    SUMS,
    NEXT,
    POINTS,
    PLAN,
    CONVERSION,
    PRODUCTS,
    SCALES,
    FACTOR,
    ROOTS,
    SCALED,
    KEEP,
    SIDE,
    POINTERS,
    SIDE_POINTERS,
    INFOS,
    SOLVE_INFOS,
    WORKSPACE
  }

  private record Piece(long address, long bytes) {}

  private final MemoryPool memory;
  private final Map<Use, Piece> pieces = new EnumMap<>(Use.class);

  Scratch(MemoryPool memory) {
    this.memory = memory;
  }

  /**
   * Room for so many numbers, of any content. A larger request than ever before replaces the piece;
   * the caller has made sure that no operation in flight uses it.
   */
  long get(Use use, long numbers, Runnable whenReplaced) {
    long bytes = Math.multiplyExact(8L, numbers);
    Piece piece = pieces.get(use);
    if (piece != null && piece.bytes() >= bytes) {
      return piece.address();
    }
    if (piece != null) {
      whenReplaced.run();
      pieces.remove(use);
      memory.free(piece.address(), piece.bytes());
    }
    Piece made = new Piece(memory.allocate(bytes), bytes);
    pieces.put(use, made);
    return made.address();
  }

  void free() {
    for (Piece piece : pieces.values()) {
      memory.free(piece.address(), piece.bytes());
    }
    pieces.clear();
  }
}
