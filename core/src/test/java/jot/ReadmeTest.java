package jot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README compiles and runs as it stands there. */
final class ReadmeTest {
  @Test
  void the_example_of_the_readme_runs(@TempDir Path folder)
      throws IOException, InterruptedException {
    String readme = Files.readString(Path.of("..", "README.md"));
    Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertThat(block.find()).isTrue();
    Path source = Files.writeString(folder.resolve("Example.java"), block.group(1));
    Path output = folder.resolve("output");
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djot.backend=reference",
                "-cp",
                Path.of("target", "classes").toAbsolutePath().toString(),
                source.toString())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).isZero();
    assertThat(Files.readString(output, StandardCharsets.UTF_8))
        .containsPattern("CONVERGED, cost 0\\.\\d{4}")
        .containsPattern("d/dC13 -?0\\.\\d{4}, d/da1 -?0\\.\\d{4}, d/deps -?0\\.\\d{4}");
  }
}
