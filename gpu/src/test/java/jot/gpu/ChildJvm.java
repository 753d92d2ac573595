package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jot.bindings.library.Libraries;
import jot.spi.Backend;

/** Programs in a JVM of their own: some are meant to crash, some need another start. */
final class ChildJvm {
  private ChildJvm() {}

  /** Runs a program that a signal ends, with the emulated device of this JVM. */
  static List<String> crash(Class<?> main, String... arguments) {
    List<String> output = new ArrayList<>();
    int exit = emulated(main, output, arguments);
    assertThat(exit).as(output.toString()).isNotZero();
    return output;
  }

  /** Runs a program that ends by itself, with the emulated device of this JVM. */
  static List<String> output(Class<?> main, String... arguments) {
    List<String> output = new ArrayList<>();
    assertThat(emulated(main, output, arguments)).as(output.toString()).isZero();
    return output;
  }

  private static int emulated(Class<?> main, List<String> output, String... arguments) {
    List<String> options =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "-Djot.cuda.home=" + System.getProperty("jot.cuda.home"),
            "-Djot.cuda.cache=" + System.getProperty("jot.cuda.cache"));
    return run(main, output, options, List.of(arguments));
  }

  /** Runs a program that ends by itself, with these options alone. */
  static List<String> run(Class<?> main, String... options) {
    List<String> output = new ArrayList<>();
    assertThat(run(main, output, List.of(options), List.of())).as(output.toString()).isZero();
    return output;
  }

  private static int run(
      Class<?> main, List<String> output, List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(options);
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            root(main, main),
            root(CudaBackend.class, main),
            root(Libraries.class, main),
            root(Backend.class, main)));
    command.add(main.getName());
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      text.lines().forEach(output::add);
      return process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Where a class lies: a folder, or the jar of another module. */
  private static String root(Class<?> type, Class<?> user) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    String at = String.valueOf(type.getResource(file));
    if (at.startsWith("file:")) {
      return at.substring("file:".length(), at.length() - file.length());
    }
    if (at.startsWith("jar:file:")) {
      return at.substring("jar:file:".length(), at.indexOf('!'));
    }
    throw new IllegalStateException(user + " needs " + type + ", which lies in " + at);
  }
}
