package jot.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** The Python scripts, unpacked to a folder of their own that also has room for arrays. */
final class Scripts implements AutoCloseable {

  private static final List<String> NAMES =
      List.of(
          "driver.py",
          "problem.py",
          "contender.py",
          "peer_pot.py",
          "peer_torch.py",
          "peer_ott.py",
          "peer_geomloss.py",
          "peer_regot.py",
          "cold_pot.py");

  private final Path folder;

  private final Thread atExit = new Thread(this::delete);

  private Scripts(Path folder) {
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(atExit); // also when the command is interrupted
  }

  static Scripts unpack() throws IOException {
    Scripts scripts = new Scripts(Files.createTempDirectory("jot-bench"));
    for (String name : NAMES) {
      try (InputStream in = Scripts.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IOException("jot-bench was built without its resource " + name);
        }
        Files.copy(in, scripts.folder.resolve(name));
      }
    }
    return scripts;
  }

  Path folder() {
    return folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Deletes the folder with all that is in it, as far as that is possible. */
  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // it is being shut down: the hook finds nothing left
    }
  }

  private void delete() {
    if (Files.notExists(folder)) {
      return;
    }
    try (var tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // a temporary folder: the system will remove it
    }
  }
}
