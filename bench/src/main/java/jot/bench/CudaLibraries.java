package jot.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The CUDA libraries whose files lie on this machine. Nothing is loaded: a file says what is
 * installed, whether there is a device or not.
 *
 * @param files file of each library found, in the order of {@link #WANTED}, by its file name
 * @param missing libraries of which no file was found
 * @param searched folders looked in that exist
 */
record CudaLibraries(Map<String, String> files, List<String> missing, List<String> searched) {

  /**
   * File names for CUDA 13, then for CUDA 12. The number of libcusolver is not CUDA's, and libcuda
   * comes with the driver.
   */
  private static final Map<String, List<String>> WANTED = wanted();

  private static Map<String, List<String>> wanted() {
    Map<String, List<String>> names = new LinkedHashMap<>();
    names.put("libcudart", List.of("libcudart.so.13", "libcudart.so.12"));
    names.put("libcublas", List.of("libcublas.so.13", "libcublas.so.12"));
    names.put("libcusolver", List.of("libcusolver.so.12", "libcusolver.so.11"));
    names.put("libnvrtc", List.of("libnvrtc.so.13", "libnvrtc.so.12"));
    names.put("libcuda", List.of("libcuda.so.1"));
    return names;
  }

  static CudaLibraries find() {
    return find(existingFolders());
  }

  static CudaLibraries find(Set<Path> folders) {
    Map<String, String> files = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    WANTED.forEach(
        (library, names) -> {
          boolean found = false;
          for (String name : names) {
            for (Path folder : folders) {
              if (Files.exists(folder.resolve(name))) {
                files.putIfAbsent(name, folder.resolve(name).toString());
                found = true;
              }
            }
          }
          if (!found) {
            missing.add(library);
          }
        });
    return new CudaLibraries(files, missing, folders.stream().map(Path::toString).toList());
  }

  String text() {
    if (files.isEmpty()) {
      return "none found; looked in "
          + (searched.isEmpty() ? "CUDA_HOME and the usual folders" : String.join(", ", searched))
          + "; set -Djot.cuda.home or CUDA_HOME if they lie elsewhere";
    }
    return String.join(", ", files.values())
        + (missing.isEmpty() ? "" : "; not found: " + String.join(", ", missing));
  }

  private static Set<Path> existingFolders() {
    List<Path> candidates = new ArrayList<>();
    for (String home :
        Stream.of(
                System.getProperty("jot.cuda.home"),
                System.getenv("CUDA_HOME"),
                System.getenv("CUDA_PATH"))
            .map(CudaLibraries::orEmpty)
            .toList()) {
      if (!home.isBlank()) {
        installation(Path.of(home), candidates);
      }
    }
    for (String folder : orEmpty(System.getenv("LD_LIBRARY_PATH")).split(File.pathSeparator, -1)) {
      if (!folder.isBlank()) {
        candidates.add(Path.of(folder));
      }
    }
    for (Path home : children(Path.of("/usr/local"), "cuda*")) {
      installation(home, candidates);
    }
    for (String folder :
        List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib/wsl/lib")) {
      candidates.add(Path.of(folder));
    }
    wheels(candidates);
    return candidates.stream()
        .filter(Files::isDirectory)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The folders of a toolkit, or of one wheel's {@code nvidia} folder. */
  private static void installation(Path home, List<Path> candidates) {
    candidates.add(home);
    candidates.add(home.resolve("lib64"));
    candidates.add(home.resolve("lib"));
    candidates.add(home.resolve("targets/x86_64-linux/lib"));
    for (Path part : children(home, "*")) {
      if (Files.isDirectory(part.resolve("lib"))) {
        candidates.add(part.resolve("lib"));
      }
    }
  }

  /** Where pip unpacks NVIDIA's wheels: site-packages/nvidia/PART/lib. */
  private static void wheels(List<Path> candidates) {
    Set<Path> roots = new TreeSet<>();
    for (String root :
        List.of(
            orEmpty(System.getenv("VIRTUAL_ENV")),
            orEmpty(System.getenv("CONDA_PREFIX")),
            System.getProperty("user.home") + "/.local",
            "/usr/local",
            "/usr")) {
      if (!root.isBlank()) {
        roots.add(Path.of(root));
      }
    }
    for (Path root : roots) {
      for (Path python : children(root.resolve("lib"), "python3*")) {
        for (String packages : List.of("site-packages", "dist-packages")) {
          for (Path part : children(python.resolve(packages).resolve("nvidia"), "*")) {
            candidates.add(part.resolve("lib"));
          }
        }
      }
    }
  }

  private static List<Path> children(Path folder, String glob) {
    List<Path> children = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (var entries = Files.newDirectoryStream(folder, glob)) {
        entries.forEach(children::add);
      } catch (IOException | DirectoryIteratorException e) {
        return List.of(); // a folder that may not be read holds nothing for us
      }
    }
    children.sort(null);
    return children;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
