package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The libraries themselves, without a device: all functions are there and answer. */
class RealLibrariesTest {

  @Test
  void every_library_opens_from_one_version_with_every_function() {
    for (Path home : RealLibraries.homes()) {
      // A JVM of its own: a process keeps to one version of CUDA.
      List<String> lines =
          RealLibraries.run(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Djot.cuda.home=" + home,
                  "-cp",
                  root(OpenAll.class) + ":" + root(Libraries.class),
                  OpenAll.class.getName()));
      assertThat(lines).as(lines.toString()).hasSize(4);
      String cuda = lines.getFirst().split(" ", -1)[1];
      for (String line : lines) {
        String[] words = line.split(" ", -1);
        assertThat(words[1]).as(line).isEqualTo(cuda);
        assertThat(words[2]).as("status in %s", line).isEqualTo("0");
        assertThat(Integer.parseInt(words[3])).as("version in %s", line).isPositive();
        assertThat(words[4]).startsWith(home.toString());
      }
    }
  }

  private static String root(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    String at = String.valueOf(type.getResource(file));
    assertThat(at).startsWith("file:");
    return at.substring("file:".length(), at.length() - file.length());
  }
}
