package jot.bench.calibration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The program {@code calibration.c}, compiled for this machine in a temporary folder. Where there
 * is no C compiler there is no program, and {@link #missing()} says why.
 */
public final class Calibration implements AutoCloseable {

  private static final int MOST_SECONDS = 300;

  private final Path folder;
  private final List<String> missing = new ArrayList<>();
  private @Nullable Path program;

  private Calibration(Path folder) {
    this.folder = folder;
  }

  /** Compiles the program with gcc. */
  public static Calibration build() {
    return build("gcc");
  }

  static Calibration build(String compiler) {
    try {
      Calibration calibration = new Calibration(Files.createTempDirectory("jot-calibration"));
      calibration.compile(compiler);
      return calibration;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compile(String compiler) throws IOException {
    Path main = unpack("calibration.c");
    Path library = unpack("library_exp.c");
    Path object = folder.resolve("library_exp.o");
    Path binary = folder.resolve("calibration");
    try {
      boolean vectors =
          run(compiler, "-O3", "-march=native", "-ffast-math", "-c", library, "-o", object) == null
              && run(
                      compiler,
                      "-O3",
                      "-march=native",
                      "-DLIBRARY_EXP",
                      main,
                      object,
                      "-o",
                      binary,
                      "-lmvec",
                      "-lm",
                      "-lpthread")
                  == null;
      String error =
          vectors
              ? null
              : run(compiler, "-O3", "-march=native", main, "-o", binary, "-lm", "-lpthread");
      if (error == null) {
        program = binary;
      } else {
        missing.add(compiler + " does not compile the calibration: " + error);
      }
      if (!vectors && error == null) {
        missing.add("the C library has no vector exp: its rate is not measured");
      }
    } catch (IOException e) {
      missing.add("no calibration, since there is no " + compiler + ": " + e.getMessage());
    }
  }

  private Path unpack(String name) throws IOException {
    try (InputStream in = Calibration.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("jot-bench was built without its resource " + name);
      }
      Path file = folder.resolve(name);
      Files.copy(in, file);
      return file;
    }
  }

  /** The first line of what the compiler has to say, null if all is well. */
  private @Nullable String run(Object... words) throws IOException {
    List<String> command = new ArrayList<>();
    for (Object word : words) {
      command.add(word.toString());
    }
    Path log = folder.resolve("log");
    if (finish(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()))
        == 0) {
      return null;
    }
    try (var lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("rror")).findFirst().orElse("it failed");
    }
  }

  private static int finish(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    try {
      if (process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly();
      return -1;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /** Whether there is a program to run. */
  public boolean works() {
    return program != null;
  }

  /** What cannot be measured, and why. */
  public List<String> missing() {
    return List.copyOf(missing);
  }

  /**
   * Measures; the machine should have nothing else to do.
   *
   * @param milliseconds that each number may take
   * @param bytes sizes of the arrays to read
   * @throws IllegalStateException where it does not work
   */
  public Limits measure(int milliseconds, List<Integer> threads, List<Long> bytes) {
    if (program == null) {
      throw new IllegalStateException(String.join("; ", missing));
    }
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(
                program.toString(), String.valueOf(milliseconds), list(threads), list(bytes))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(out.toFile());
    try {
      int exit = finish(builder);
      if (exit != 0) {
        throw new IllegalStateException("the calibration ended with exit code " + exit);
      }
      return Limits.parse(Files.readAllLines(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String list(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Deletes the program. */
  @Override
  public void close() {
    try (var tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // a temporary folder: the system will remove it
    }
  }
}
