package jot.bindings.library;

import java.lang.foreign.SymbolLookup;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The libraries that were opened in this process, once and for good: their functions stay in use as
 * long as it runs. The generated sources look their symbols up here.
 *
 * <p>Thread-safe. {@link #open} before any function of a library is called: it checks that all of
 * them are there, so that a library of the wrong version is an error with a name and never an
 * {@link ExceptionInInitializerError} in the middle of a calculation.
 */
public final class Libraries {
  private static final Map<Library, OpenLibrary> OPEN = new ConcurrentHashMap<>();

  private Libraries() {}

  /**
   * Opens a library, or returns it when it is open already.
   *
   * @throws MissingLibraryException when it is not found, cannot be loaded, or lacks a function;
   *     the message names every file that was tried
   * @throws IllegalCallerException when native access is denied to {@code jot.bindings}
   */
  public static OpenLibrary open(Library library) {
    synchronized (OPEN) {
      OpenLibrary open = OPEN.get(library);
      if (open == null) {
        open = LibraryFinder.ofProcess().open(library, versionInUse(library));
        OPEN.put(library, open);
      }
      return open;
    }
  }

  /** The CUDA version that an open library has settled for all others; 0 when there is none. */
  private static int versionInUse(Library asked) {
    if (asked == Library.DRIVER) {
      return 0;
    }
    for (OpenLibrary open : OPEN.values()) {
      if (open.library() != Library.DRIVER) {
        return open.cuda();
      }
    }
    return 0;
  }

  /** For the generated sources: where the symbols of a library come from. */
  public static SymbolLookup lookup(String key) {
    Library library = Library.valueOf(key.toUpperCase(Locale.ROOT));
    return name -> open(library).symbols().find(name);
  }
}
