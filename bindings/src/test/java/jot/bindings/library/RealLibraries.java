package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The real CUDA libraries and their headers, where the machine has them: the folders {@code nvidia}
 * of Python wheels, or toolkits, in the environment variable {@value #VARIABLE}, one after the
 * other like a path. Without it the tests are skipped, but where {@value #REQUIRED} is set they
 * fail.
 */
final class RealLibraries {
  static final String VARIABLE = "JOT_CUDA_TEST_HOMES";
  static final String REQUIRED = "JOT_CUDA_TESTS_REQUIRED";

  private RealLibraries() {}

  /** The folders, at least one; else the test that asks is skipped or fails. */
  static List<Path> homes() {
    String value = System.getenv(VARIABLE);
    boolean present = value != null && !value.isBlank();
    if (!present && System.getenv(REQUIRED) != null) {
      throw new AssertionError(VARIABLE + " is not set, and " + REQUIRED + " asks for these tests");
    }
    assumeTrue(present, VARIABLE + " names no folder with CUDA's libraries");
    return Arrays.stream(value.split(File.pathSeparator)).map(Path::of).toList();
  }

  /** The folders of headers below a home: one for CUDA 13's wheels, several for CUDA 12's. */
  static List<Path> includes(Path home) {
    try (Stream<Path> tree = Files.walk(home, 3)) {
      return tree.filter(folder -> folder.endsWith("include") && Files.isDirectory(folder))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command and returns what it printed; it must succeed. */
  static List<String> run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("%s%n%s", command, output).isZero();
      return output.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
