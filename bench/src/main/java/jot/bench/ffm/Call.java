package jot.bench.ffm;

import java.util.List;
import java.util.Locale;

/** A function of OpenBLAS that is called. */
enum Call {
  /** openblas_get_num_threads: reads a number and returns it. */
  NOOP,
  /** cblas_ddot, x·y. */
  DOT,
  /** cblas_dgemv, y ← A x with a square A, row by row. */
  GEMV;

  /** As it is typed, and the method of {@link FfmVersusJni} that makes it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Lengths; 0 where there are no operands. */
  List<Integer> sizes() {
    return switch (this) {
      case NOOP -> List.of(0);
      case DOT -> List.of(16, 1024);
      case GEMV -> List.of(64, 512);
    };
  }

  /** Ways that differ: without operands it makes none where they would lie. */
  List<Way> ways() {
    return this == NOOP ? List.of(Way.FFM, Way.FFM_CRITICAL, Way.JNI) : List.of(Way.values());
  }
}
