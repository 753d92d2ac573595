import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Writes an archive of the classes that {@code jot} starts with, in the form that the JVM keeps
 * them in memory (class data sharing): reading them from jars takes longer than solving a small
 * problem.
 *
 * <pre>
 * java Archive.java APPLICATION
 * </pre>
 *
 * APPLICATION holds lib/*.jar; written are cds/jot.jsa and cds/release, the description of the JDK
 * that alone can read it. Where there is no archive, jot starts without: so a failure is a line of
 * text, and the build goes on.
 */
final class Archive {
  private static final long PATIENCE_SECONDS = 120;

  private final Path java = Path.of(System.getProperty("java.home"), "bin", "java");
  private final Path lib;
  private final Path work;

  private Archive(Path application, Path work) {
    lib = application.resolve("lib");
    this.work = work;
  }

  public static void main(String[] arguments) throws IOException {
    Path application = Path.of(arguments[0]).toAbsolutePath().normalize();
    Path folder = application.resolve("cds");
    delete(folder);
    Path work = Files.createTempDirectory("jot-archive");
    try {
      Path archive = new Archive(application, work).make();
      Files.createDirectories(folder);
      Path release = Path.of(System.getProperty("java.home"), "release");
      Files.copy(release, folder.resolve("release"), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(archive, folder.resolve("jot.jsa"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      System.out.println("no archive of classes, jot starts slower: " + e.getMessage());
      delete(folder);
    } finally {
      delete(work);
    }
  }

  /** The classes that a few commands load, archived. */
  private Path make() throws IOException {
    Path cost = work.resolve("cost.npy");
    Files.write(cost, npy(64));
    String out = work.resolve("out").toString();
    String[] solve = {
      "solve", "--cost", cost.toString(), "--epsilon", "1", "--sharp", "--out", out
    };
    String[] vector = Arrays.copyOf(solve, solve.length + 2);
    vector[solve.length] = "--backend";
    vector[solve.length + 1] = "vector";
    Set<String> classes = new LinkedHashSet<>();
    for (String[] command : new String[][] {solve, vector, {"--help"}, {"--version"}}) {
      classes.addAll(loadedBy(command));
    }
    Path list = Files.write(work.resolve("classes"), classes);
    Path archive = work.resolve("jot.jsa");
    int exit =
        run(
            List.of(
                "-XX:SharedClassListFile=" + list,
                "-Xshare:dump",
                "-XX:SharedArchiveFile=" + archive));
    if (exit != 0 || !Files.exists(archive)) {
      throw new IOException("the JVM wrote none, exit code " + exit);
    }
    return archive;
  }

  /** What a command loads. Vectors may fail, for not every machine has them. */
  private List<String> loadedBy(String... command) throws IOException {
    Path list = work.resolve("loaded");
    Files.deleteIfExists(list);
    int exit = run(List.of("-Xshare:off", "-XX:DumpLoadedClassList=" + list), command);
    if (exit != 0 && !List.of(command).contains("vector")) {
      throw new IOException("jot " + String.join(" ", command) + " ended with exit code " + exit);
    }
    List<String> classes = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      if (!line.contains(" source: ")) { // of a class loader of its own
        classes.add(line.replaceAll(" id: \\d+$", "")); // numbers of this run alone
      }
    }
    return classes;
  }

  private int run(List<String> options, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC"));
    words.addAll(options);
    words.addAll(
        List.of(
            "--enable-native-access=jot.vector,jot.gpu,jot.bindings",
            "--module-path",
            lib.toString(),
            "--module",
            "jot.bench/jot.bench.Jot"));
    words.addAll(List.of(command));
    Path log = work.resolve("log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(words + " took longer than " + PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue();
  }

  /** The squared distances of so many points on a line, as numpy writes them. */
  private static byte[] npy(int n) {
    String text = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + n + ", " + n + "), }";
    byte[] header =
        (text + " ".repeat(117 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(10 + header.length + 8 * n * n);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length).put(header);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double distance = (i - j) / (double) n;
        bytes.putDouble(distance * distance);
      }
    }
    return bytes.array();
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
