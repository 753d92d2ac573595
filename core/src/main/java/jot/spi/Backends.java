package jot.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Finds backends and chooses one: the name asked for, else the property {@value #PROPERTY}, else
 * the usable one of highest priority. Each is opened once a process and number of threads, and
 * kept.
 */
public final class Backends {
  /** The system property that forces a backend by name. */
  public static final String PROPERTY = "jot.backend";

  /** The system property with the number of threads; without it, one a processor. */
  public static final String THREADS_PROPERTY = "jot.threads";

  private static final System.Logger LOG = System.getLogger("jot");
  private static final AtomicBoolean SAID = new AtomicBoolean();
  private static final Map<String, Backend> OPEN = new ConcurrentHashMap<>();

  private Backends() {}

  /** One provider as it was found: its name, whether it can run, and the reason. */
  public record Found(BackendProvider provider, Availability availability) {
    /** The provider's name. */
    public String name() {
      return provider.name();
    }
  }

  /** Every backend on the module or class path, best first, those that cannot run included. */
  public static List<Found> find() {
    List<Found> found = new ArrayList<>();
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, loader())) {
      found.add(new Found(provider, provider.availability()));
    }
    found.sort(Comparator.comparingInt((Found f) -> f.provider().priority()).reversed());
    return found;
  }

  private static ClassLoader loader() {
    ClassLoader own = Backends.class.getClassLoader();
    return own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  /** The number of threads that the property asks for, else the number of processors. */
  public static int defaultThreads() {
    String asked = System.getProperty(THREADS_PROPERTY);
    if (asked == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      return checkThreads(Integer.parseInt(asked.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "property " + THREADS_PROPERTY + ": expected a whole number, received '" + asked + "'",
          e);
    }
  }

  /** Returns {@code threads} when it is sound, else says what is. */
  public static int checkThreads(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(
          "threads: expected 1 to 1024, received "
              + threads
              + "; leave it out for one a processor");
    }
    return threads;
  }

  /**
   * Chooses and opens a backend.
   *
   * @param name null to let the property or the priorities decide
   * @throws IllegalArgumentException for a name that no backend has
   * @throws IllegalStateException for a named backend that cannot run here, with its reason
   */
  public static Backend choose(@Nullable String name, int threads) {
    String asked = name == null ? System.getProperty(PROPERTY) : name;
    List<Found> found = find();
    Found chosen = asked == null ? best(found) : named(found, asked);
    say(found, chosen, asked);
    return OPEN.computeIfAbsent(
        chosen.name() + "/" + threads, key -> chosen.provider().open(threads));
  }

  private static Found best(List<Found> found) {
    for (Found candidate : found) {
      if (candidate.availability().usable()) {
        return candidate;
      }
    }
    throw new IllegalStateException("no backend found: is jot-core whole on the path?");
  }

  private static Found named(List<Found> found, String asked) {
    for (Found candidate : found) {
      if (candidate.name().equals(asked)) {
        if (!candidate.availability().usable()) {
          throw new IllegalStateException(
              "backend '"
                  + asked
                  + "' was asked for and cannot run here: "
                  + candidate.availability().reason());
        }
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "backend: expected one of "
            + found.stream().map(Found::name).toList()
            + ", received '"
            + asked
            + "'"
            + (asked.equals("cuda") || asked.equals("vector")
                ? "; add its artifact to the path"
                : ""));
  }

  /** One line, once: what runs, and why nothing faster does. */
  private static void say(List<Found> found, Found chosen, @Nullable String asked) {
    if (!SAID.compareAndSet(false, true)) {
      return;
    }
    StringBuilder line = new StringBuilder("jot runs on the ");
    line.append(chosen.name()).append(" backend (").append(chosen.availability().reason());
    line.append(asked == null ? ")" : "; asked for)");
    boolean fellBack = false;
    for (Found candidate : found) {
      if (asked == null && !candidate.availability().usable()) {
        line.append("; not ").append(candidate.name()).append(": ");
        line.append(candidate.availability().reason());
        fellBack |= candidate.name().equals("vector");
      }
    }
    LOG.log(fellBack ? System.Logger.Level.WARNING : System.Logger.Level.INFO, line.toString());
  }
}
