package jot.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The same command once more, in a JVM whose modules lie on the class path, with JMH: its forked
 * JVMs get their parent's class path, and know nothing of modules.
 */
public final class ClassPathProcess {

  /** What every JVM with the Vector API says. */
  private static final String EXPECTED = "WARNING: Using incubator modules: jdk.incubator.vector";

  private ClassPathProcess() {}

  /** Runs it to its end, passes on what it prints, and returns its exit code. */
  public static int run(CommandSpec spec) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--add-modules", "jdk.incubator.vector"));
    command.add("--sun-misc-unsafe-memory-access=allow"); // JMH's, which would be warned of
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--class-path", classPath()));
    command.add(Jot.class.getName());
    command.addAll(spec.root().commandLine().getParseResult().originalArgs());
    try {
      Process process = new ProcessBuilder(command).start();
      Thread killer = new Thread(process::destroy); // an interrupted command ends its child
      Runtime.getRuntime().addShutdownHook(killer);
      Thread errors = pass(process.getErrorStream(), spec.commandLine().getErr());
      Thread output = pass(process.getInputStream(), spec.commandLine().getOut());
      int exit = process.waitFor();
      errors.join();
      output.join();
      Runtime.getRuntime().removeShutdownHook(killer);
      return exit;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Jot.FAILED;
    }
  }

  private static Thread pass(InputStream from, PrintWriter to) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (var lines =
                  new java.io.BufferedReader(
                      new java.io.InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  if (!line.equals(EXPECTED)) {
                    to.println(line);
                    to.flush();
                  }
                }
              } catch (IOException e) {
                to.println("jot bench: the output was lost, " + e.getMessage());
              }
            });
  }

  /** What lies on the module path, and JMH and OpenBLAS in the folders beside it. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("jdk.module.path", "").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (!Files.isDirectory(path) || Files.exists(path.resolve("module-info.class"))) {
        entries.add(entry);
      } else {
        entries.add(path.resolve("*").toString());
        entries.add(path.resolve("../jmh/*").toString());
        entries.add(path.resolve("../openblas/*").toString());
      }
    }
    entries.add(System.getProperty("java.class.path", ""));
    entries.removeIf(String::isEmpty);
    return String.join(File.pathSeparator, entries);
  }
}
