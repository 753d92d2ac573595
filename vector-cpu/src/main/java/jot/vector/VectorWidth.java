package jot.vector;

import java.util.Optional;

/**
 * The width of the vectors: what the machine prefers, unless the property {@value #PROPERTY} forces
 * it. It is read once, for the kernels' species are constants of the process.
 *
 * <p>Names no Vector type, so it loads where the incubator module is missing.
 */
final class VectorWidth {
  /** Forces the width in bits: for tests, and for machines whose preferred width clocks down. */
  static final String PROPERTY = "jot.vector.bits";

  private static final Optional<String> VALUE = Optional.ofNullable(System.getProperty(PROPERTY));

  private VectorWidth() {}

  /** What is wrong with the property, if anything. */
  static Optional<String> problem() {
    return problem(VALUE);
  }

  static Optional<String> problem(Optional<String> value) {
    return value
        .filter(bits -> !bits.equals("128") && !bits.equals("256") && !bits.equals("512"))
        .map(
            bits ->
                "%s must be 128, 256 or 512, or absent for the machine's own width; got '%s'"
                    .formatted(PROPERTY, bits));
  }

  /**
   * The width to use on a machine that prefers {@code preferred} bits.
   *
   * @throws IllegalStateException when the property holds none of the allowed widths
   */
  static int bits(int preferred) {
    problem()
        .ifPresent(
            problem -> {
              throw new IllegalStateException(problem);
            });
    // Wider than 512 bits exists (SVE), but the lane sums are written out for 2 to 8 doubles.
    return VALUE.map(Integer::parseInt).orElse(Math.clamp(preferred, 128, 512));
  }
}
