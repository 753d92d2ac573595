package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of files that are installed, without loading any. */
class LibraryFilesTest {
  @TempDir Path home;

  private LibraryFiles find() {
    return LibraryFiles.find(new SearchFolders(home.toString(), name -> null));
  }

  @Test
  void files_of_13_and_12_are_found_and_what_is_missing_is_named() throws IOException {
    Path lib = Files.createDirectories(home.resolve("lib"));
    for (String name : new String[] {"libcudart.so.13", "libcudart.so.12", "libcusolver.so.11"}) {
      Files.createFile(lib.resolve(name));
    }
    LibraryFiles found = find();
    assertThat(found.files())
        .containsEntry("libcudart.so.13", lib.resolve("libcudart.so.13"))
        .containsEntry("libcudart.so.12", lib.resolve("libcudart.so.12"))
        .containsEntry("libcusolver.so.11", lib.resolve("libcusolver.so.11"));
    assertThat(found.missing())
        .contains(Library.NVRTC, Library.CUBLAS)
        .doesNotContain(Library.CUDART, Library.CUSOLVER);
  }

  @Test
  void the_file_of_the_best_folder_counts() throws IOException {
    Path first = Files.createDirectories(home.resolve("lib64"));
    Path second = Files.createDirectories(home.resolve("lib"));
    Files.createFile(first.resolve("libnvrtc.so.13"));
    Files.createFile(second.resolve("libnvrtc.so.13"));
    assertThat(find().files()).containsEntry("libnvrtc.so.13", first.resolve("libnvrtc.so.13"));
  }

  @Test
  void folders_that_do_not_exist_were_not_searched() throws IOException {
    assertThat(find().searched()).contains(home).doesNotContain(home.resolve("lib"));
    Path lib = Files.createDirectories(home.resolve("lib"));
    assertThat(find().searched()).containsSubsequence(lib, home);
  }
}
