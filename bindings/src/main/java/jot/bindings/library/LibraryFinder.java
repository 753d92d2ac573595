package jot.bindings.library;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a library: in the folders of {@link SearchFolders}, then by its bare name, CUDA 13
 * before 12. Once one library is open all others come from the same version.
 */
final class LibraryFinder {
  private final SearchFolders folders;

  LibraryFinder(SearchFolders folders) {
    this.folders = folders;
  }

  static LibraryFinder ofProcess() {
    return new LibraryFinder(SearchFolders.ofProcess());
  }

  /**
   * Opens a library.
   *
   * @param cuda 13 or 12, or 0 for the newest there is
   */
  OpenLibrary open(Library library, int cuda) {
    List<String> tried = new ArrayList<>();
    List<Path> places = folders.of(library);
    for (int version : versions(library, cuda)) {
      String file = library.file(version);
      for (Path folder : places) {
        Path path = folder.resolve(file);
        if (Files.exists(path)) {
          OpenLibrary open = load(library, version, path.toString(), tried);
          if (open != null) {
            return open;
          }
        } else {
          tried.add(path.toString());
        }
      }
      if (!folders.bareNames(library)) {
        continue;
      }
      if (!DynamicLoader.granted()) {
        tried.add(file + " (not by name: " + DynamicLoader.GRANT + ")");
        continue;
      }
      OpenLibrary open = load(library, version, file, tried);
      if (open != null) {
        return open;
      }
    }
    throw new MissingLibraryException(
        library.key()
            + ": no usable library found; tried "
            + String.join(", ", tried)
            + (library == Library.DRIVER
                ? "; install the NVIDIA driver"
                : "; install CUDA 13 or 12, or set -Djot.cuda.home or CUDA_HOME to its folder (of"
                    + " Python wheels: the folder site-packages/nvidia)"));
  }

  private static List<Integer> versions(Library library, int cuda) {
    return library == Library.DRIVER ? List.of(0) : cuda == 0 ? List.of(13, 12) : List.of(cuda);
  }

  private @Nullable OpenLibrary load(
      Library library, int version, String name, List<String> tried) {
    for (String before : library.before(version)) {
      preload(before);
    }
    String reason = DynamicLoader.load(name);
    if (reason != null) {
      tried.add(reason.contains(name) ? reason : name + " (" + reason + ")");
      return null;
    }
    SymbolLookup symbols = DynamicLoader.symbols(name);
    List<String> missing = new ArrayList<>();
    for (String function : library.functions()) {
      if (symbols.find(function).isEmpty()) {
        missing.add(function);
      }
    }
    if (!missing.isEmpty()) {
      tried.add(name + " (lacks " + String.join(", ", missing) + ")");
      return null;
    }
    return new OpenLibrary(library, name, version, symbols);
  }

  /** Where one of these is missing the library itself says so when it is loaded. */
  private void preload(String name) {
    for (Path folder : folders.toolkit()) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, name)) {
        for (Path file : files) {
          if (DynamicLoader.load(file.toString()) == null) {
            return;
          }
        }
      } catch (IOException e) {
        // an unreadable folder is no place to load from; the next one may be
      }
    }
  }
}
