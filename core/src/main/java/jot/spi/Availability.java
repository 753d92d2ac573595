package jot.spi;

/**
 * Whether a backend can run here, and why (not).
 *
 * @param usable whether {@link BackendProvider#open} may be called
 * @param reason one line a person can act on: what was found, or what is missing and how to get it
 */
public record Availability(boolean usable, String reason) {
  /** A backend that can run; {@code found} says on what, such as {@code "256-bit vectors"}. */
  public static Availability usable(String found) {
    return new Availability(true, found);
  }

  /** A backend that cannot run; {@code reason} names the missing flag, library or device. */
  public static Availability missing(String reason) {
    return new Availability(false, reason);
  }
}
