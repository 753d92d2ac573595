package jot.bench;

import jot.spi.Backends;
import org.jspecify.annotations.Nullable;

/**
 * Which backend a process takes that solves one problem and ends. Vectors are registers only after
 * the optimising compiler has been at work, for seconds; scalar loops have solved a small problem
 * by then. By the size of the cost alone, so that the same input always gets the same backend.
 */
final class BackendChoice {

  /**
   * Bytes of the largest cost that is solved on the scalar backend. The launcher has the same
   * number: up to it, it also starts the JVM without the optimising compiler.
   */
  static final long SMALL_BYTES = 16_000_000;

  private BackendChoice() {}

  /**
   * The backend to ask for, null to leave it to the library.
   *
   * @param forced what {@code --backend} says, if anything
   * @param costBytes of the cost's elements in the file
   */
  static @Nullable String of(@Nullable String forced, long costBytes) {
    if (forced != null || System.getProperty(Backends.PROPERTY) != null) {
      return forced;
    }
    return costBytes <= SMALL_BYTES && !cudaRuns() ? "reference" : null;
  }

  private static boolean cudaRuns() {
    return Backends.find().stream()
        .anyMatch(found -> found.name().equals("cuda") && found.availability().usable());
  }
}
