package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All results or none. */
class OutputFolderTest {

  @TempDir Path folder;

  @Test
  void asking_leaves_no_trace() {
    OutputFolder.at(folder.resolve("deep/down"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_failure_while_writing_leaves_no_trace() {
    OutputFolder out = OutputFolder.at(folder.resolve("deep/down"));
    assertThatThrownBy(
            () ->
                out.fill(
                    stage -> {
                      Files.writeString(stage.resolve("first"), "half");
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--out")
        .hasMessageContaining("disk full");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_failure_keeps_what_was_there() throws IOException {
    Files.writeString(folder.resolve("first"), "old");
    OutputFolder out = OutputFolder.at(folder);
    assertThatThrownBy(
            () ->
                out.fill(
                    stage -> {
                      Files.writeString(stage.resolve("first"), "half");
                      throw new IllegalStateException("bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder).isDirectoryContaining(file -> file.endsWith("first"));
    assertThat(Files.readString(folder.resolve("first"))).isEqualTo("old");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }
}
