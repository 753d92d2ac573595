package jot.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels on disk, by everything they depend on. A file that is damaged counts as absent.
 * A folder that cannot be written costs time and nothing else.
 */
final class CubinCache {
  /** The system property with the folder; without it {@code jot/cuda} in the user's cache. */
  static final String PROPERTY = "jot.cuda.cache";

  private static final int SUM_BYTES = 32;

  private final Path folder;

  CubinCache(Path folder) {
    this.folder = folder;
  }

  static CubinCache ofUser() {
    String asked = System.getProperty(PROPERTY);
    if (asked != null) {
      return new CubinCache(Path.of(asked));
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(cache);
    return new CubinCache(base.resolve("jot").resolve("cuda"));
  }

  /** A file name for a source and all that its machine code depends on. */
  static String key(String name, String architecture, String compiler, String source) {
    byte[] sum = sum((compiler + "\n" + source).getBytes(StandardCharsets.UTF_8));
    return name + "-" + architecture + "-" + HexFormat.of().formatHex(sum, 0, 12) + ".cubin";
  }

  byte @Nullable [] find(String key) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(key));
      if (file.length > SUM_BYTES) {
        byte[] cubin = Arrays.copyOfRange(file, SUM_BYTES, file.length);
        if (Arrays.equals(sum(cubin), 0, SUM_BYTES, file, 0, SUM_BYTES)) {
          return cubin;
        }
      }
    } catch (IOException e) {
      return null; // not there, or not readable: compiled anew
    }
    return null;
  }

  void store(String key, byte[] cubin) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, key, ".part");
      try {
        byte[] file = Arrays.copyOf(sum(cubin), SUM_BYTES + cubin.length);
        System.arraycopy(cubin, 0, file, SUM_BYTES, cubin.length);
        Files.write(part, file);
        // Another process may do the same: whoever is last wins, and both are right.
        Files.move(part, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      System.getLogger("jot")
          .log(System.Logger.Level.DEBUG, "compiled kernels are not kept in " + folder, e);
    }
  }

  private static byte[] sum(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
