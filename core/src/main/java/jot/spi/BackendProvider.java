package jot.spi;

import java.util.Map;

/**
 * What {@link java.util.ServiceLoader} finds: the name of a backend, whether it can run here, and
 * how to open it. Implementations must load on every machine: they name no class that may be
 * missing.
 */
public interface BackendProvider {
  /** The name that the property {@code jot.backend} selects it by, in lower case. */
  String name();

  /** Among usable backends the highest priority is chosen: reference 0, vector 10, cuda 20. */
  int priority();

  /** Looks without side effects whether the backend can run; never throws. */
  Availability availability();

  /**
   * The native libraries that the backend calls, by name, for people: version and file, or why one
   * cannot be used. Loads them; never throws.
   */
  default Map<String, String> libraries() {
    return Map.of();
  }

  /**
   * Opens the backend.
   *
   * @param threads how many threads one operation may use, at least 1; a device may ignore it
   * @throws IllegalStateException when it cannot run after all
   */
  Backend open(int threads);
}
