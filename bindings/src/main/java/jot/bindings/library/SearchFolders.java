package jot.bindings.library;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The folders that may hold CUDA's libraries, best first: those below the property {@value
 * #PROPERTY} and nowhere else; or those below CUDA_HOME or CUDA_PATH, those in LD_LIBRARY_PATH, an
 * environment of Python, the usual places of a toolkit, and the system's own folders.
 */
final class SearchFolders {
  /** The system property with a toolkit's folder, or the folder {@code nvidia} of Python wheels. */
  static final String PROPERTY = "jot.cuda.home";

  private final @Nullable String home;
  private final UnaryOperator<@Nullable String> environment;

  /**
   * Folders for given settings.
   *
   * @param home the value of {@value #PROPERTY}, or null
   * @param environment the value of an environment variable, or null
   */
  SearchFolders(@Nullable String home, UnaryOperator<@Nullable String> environment) {
    this.home = home;
    this.environment = environment;
  }

  static SearchFolders ofProcess() {
    return new SearchFolders(System.getProperty(PROPERTY), System::getenv);
  }

  /** Whether the system's own search by bare name may be used: not where a folder was named. */
  boolean bareNames(Library library) {
    return home == null || library == Library.DRIVER;
  }

  /** Where the driver's or another library may lie. */
  List<Path> of(Library library) {
    return library == Library.DRIVER ? driver() : toolkit();
  }

  List<Path> toolkit() {
    Set<Path> folders = new LinkedHashSet<>();
    if (home != null) {
      below(Path.of(home), folders);
      return List.copyOf(folders);
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      String value = environment.apply(variable);
      if (value != null && !value.isBlank()) {
        below(Path.of(value), folders);
      }
    }
    loaderPath(folders);
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX", "HOME")) {
      String value = environment.apply(variable);
      if (value != null && !value.isBlank()) {
        Path root = Path.of(value);
        wheels(variable.equals("HOME") ? root.resolve(".local/lib") : root.resolve("lib"), folders);
        if (variable.equals("CONDA_PREFIX")) {
          folders.add(root.resolve("lib"));
        }
      }
    }
    wheels(Path.of("/usr/local/lib"), folders);
    wheels(Path.of("/usr/lib"), folders);
    folders.add(Path.of("/usr/local/cuda/lib64"));
    for (Path root : matching(Path.of("/usr/local"), "cuda-*").reversed()) {
      folders.add(root.resolve("lib64"));
    }
    folders.add(Path.of("/opt/cuda/lib64"));
    folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
    folders.add(Path.of("/usr/lib64"));
    return List.copyOf(folders);
  }

  /** The driver lies elsewhere; a toolkit brings a newer one in {@code compat} at most. */
  private List<Path> driver() {
    Set<Path> folders = new LinkedHashSet<>();
    if (home != null) {
      folders.add(Path.of(home, "compat"));
    } else {
      loaderPath(folders);
    }
    folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
    folders.add(Path.of("/usr/lib64"));
    folders.add(Path.of("/usr/lib/wsl/lib"));
    folders.add(Path.of("/usr/local/nvidia/lib64"));
    return List.copyOf(folders);
  }

  /** Where the system's loader looks first; it also finds there what a library needs itself. */
  private void loaderPath(Set<Path> folders) {
    String value = environment.apply("LD_LIBRARY_PATH");
    if (value != null) {
      for (String folder : value.split(File.pathSeparator, -1)) {
        if (!folder.isBlank()) {
          folders.add(Path.of(folder));
        }
      }
    }
  }

  /** A toolkit's own folders, and those of wheels: all in one for CUDA 13, one each for CUDA 12. */
  private static void below(Path root, Set<Path> folders) {
    folders.add(root.resolve("lib64"));
    folders.add(root.resolve("lib"));
    folders.add(root.resolve("targets/x86_64-linux/lib"));
    folders.add(root);
    subfolders(root, folders);
    subfolders(root.resolve("nvidia"), folders);
  }

  private static void wheels(Path lib, Set<Path> folders) {
    for (Path python : matching(lib, "python3*")) {
      subfolders(python.resolve("site-packages/nvidia"), folders);
      subfolders(python.resolve("dist-packages/nvidia"), folders);
    }
  }

  private static void subfolders(Path root, Set<Path> folders) {
    for (Path folder : matching(root, "*")) {
      Path lib = folder.resolve("lib");
      if (Files.isDirectory(lib)) {
        folders.add(lib);
      }
    }
  }

  private static List<Path> matching(Path root, String glob) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(root)) {
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, glob)) {
        folders.forEach(found::add);
      } catch (IOException e) {
        return List.of(); // a folder that cannot be read holds nothing for us
      }
    }
    found.sort(null);
    return found;
  }
}
