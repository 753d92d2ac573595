package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries are looked for, and what is said when they are not found. */
class LibraryFinderTest {
  @TempDir Path home;

  private LibraryFinder finder() {
    return new LibraryFinder(new SearchFolders(home.toString(), name -> null));
  }

  @Test
  void the_message_names_every_file_that_was_tried_and_the_remedy() throws IOException {
    Files.createDirectories(home.resolve("cublas/lib"));
    assertThatThrownBy(() -> finder().open(Library.CUBLAS, 0))
        .isInstanceOf(MissingLibraryException.class)
        .hasMessageContaining(home.resolve("lib64/libcublas.so.13").toString())
        .hasMessageContaining(home.resolve("lib/libcublas.so.12").toString())
        .hasMessageContaining(home.resolve("cublas/lib/libcublas.so.12").toString())
        .hasMessageContaining("jot.cuda.home")
        .hasMessageContaining("CUDA_HOME")
        .hasMessageNotContaining("\n");
  }

  @Test
  void a_version_that_is_settled_is_the_only_one_tried() {
    assertThatThrownBy(() -> finder().open(Library.CUSOLVER, 12))
        .hasMessageContaining("libcusolver.so.11")
        .hasMessageNotContaining("libcusolver.so.12");
  }

  @Test
  void a_file_that_cannot_be_loaded_is_named_with_the_systems_reason() throws IOException {
    Path file = Files.createDirectories(home.resolve("lib")).resolve("libcudart.so.13");
    Files.writeString(file, "no library");
    assertThatThrownBy(() -> finder().open(Library.CUDART, 0))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("file too short");
  }

  @Test
  void a_library_that_lacks_functions_is_refused_with_their_names() throws IOException {
    Path file = Files.createDirectories(home.resolve("lib64")).resolve("libnvrtc.so.13");
    Path source =
        Files.writeString(home.resolve("few.cpp"), "extern \"C\" int nvrtcVersion() { return 0; }");
    RealLibraries.run(List.of("g++", "-shared", "-fPIC", "-o", file.toString(), source.toString()));
    assertThatThrownBy(() -> finder().open(Library.NVRTC, 13))
        .hasMessageContaining(file + " (lacks ")
        .hasMessageContaining("nvrtcCompileProgram")
        .hasMessageNotContaining("nvrtcVersion");
  }

  @Test
  void folders_of_the_environment_come_before_the_usual_ones() throws IOException {
    Path wheels = home.resolve("lib/python3.11/site-packages/nvidia/cu13/lib");
    Files.createDirectories(wheels);
    Map<String, String> environment =
        Map.of("CUDA_HOME", "/toolkit", "VIRTUAL_ENV", home.toString());
    List<Path> folders = new SearchFolders(null, environment::get).of(Library.CUDART);
    assertThat(folders)
        .containsSubsequence(
            Path.of("/toolkit/lib64"),
            wheels,
            Path.of("/usr/local/cuda/lib64"),
            Path.of("/usr/lib64"));
  }

  @Test
  void the_loaders_path_is_searched_for_toolkit_and_driver_unless_a_folder_is_named() {
    Map<String, String> environment = Map.of("CUDA_HOME", "/toolkit", "LD_LIBRARY_PATH", "/a:/b:");
    SearchFolders folders = new SearchFolders(null, environment::get);
    assertThat(folders.of(Library.CUDART))
        .containsSubsequence(
            Path.of("/toolkit/lib64"), Path.of("/a"), Path.of("/b"), Path.of("/usr/lib64"))
        .doesNotContain(Path.of(""));
    assertThat(folders.of(Library.DRIVER)).startsWith(Path.of("/a"), Path.of("/b"));
    SearchFolders named = new SearchFolders(home.toString(), environment::get);
    assertThat(named.of(Library.CUDART)).doesNotContain(Path.of("/a"));
    assertThat(named.of(Library.DRIVER)).doesNotContain(Path.of("/a"));
  }

  @Test
  void the_driver_is_the_systems_even_where_a_toolkit_is_named() {
    SearchFolders folders = new SearchFolders(home.toString(), name -> null);
    assertThat(folders.of(Library.DRIVER))
        .startsWith(home.resolve("compat"))
        .contains(Path.of("/usr/lib/x86_64-linux-gnu"));
    assertThat(folders.bareNames(Library.DRIVER)).isTrue();
    assertThat(folders.bareNames(Library.CUDART)).isFalse();
  }
}
