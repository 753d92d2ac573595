package jot.bench.peers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jot.bench.BadInputException;
import org.jspecify.annotations.Nullable;

/** Finds the Python to use. */
final class Python {

  private static final String USUAL = "python3";

  private Python() {}

  /**
   * The Python that was asked for, else the usual one, else none.
   *
   * @throws BadInputException when the one asked for is not there
   */
  static Optional<String> find(@Nullable String asked) {
    Optional<String> found = search(asked == null ? USUAL : asked);
    if (asked != null && found.isEmpty()) {
      throw new BadInputException(
          "--python: expected a Python that can be run, received " + asked + ": name its file");
    }
    return found;
  }

  private static Optional<String> search(String name) {
    if (name.contains(File.separator)) {
      Path file = Path.of(name).toAbsolutePath();
      return runnable(file) ? Optional.of(file.toString()) : Optional.empty();
    }
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path file = Path.of(folder, name);
      if (!folder.isEmpty() && runnable(file)) {
        return Optional.of(file.toString());
      }
    }
    return Optional.empty();
  }

  private static boolean runnable(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }
}
