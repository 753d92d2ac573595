package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jot.spi.host.RowKernels;

/** A second virtual machine, on the class path, for what a running one cannot change any more. */
final class Jvm {
  static final String MODULE = "--add-modules=jdk.incubator.vector";

  private Jvm() {}

  /** Runs a main class of the tests and returns what it printed, less the warnings of the JVM. */
  static List<String> run(Class<?> main, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "--illegal-native-access=deny"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath(main), main.getName()));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isEqualTo(0);
      return output.lines().filter(line -> !line.startsWith("WARNING")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String classPath(Class<?> main) {
    return Stream.of(main, VectorKernels.class, RowKernels.class)
        .map(Jvm::root)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Where a class lies: by its own file, for a module's tests are patched into the module. */
  private static String root(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    try {
      var location = type.getResource("/" + file);
      if (location != null && location.getProtocol().equals("file")) {
        Path path = Path.of(location.toURI());
        return path.toString().substring(0, path.toString().length() - file.length());
      }
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
