package jot.bindings.library;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The libraries whose files lie in the folders that {@link Libraries} looks in. Nothing is loaded:
 * a file says what is installed, whether it can be used here or not. The system's loader may find
 * others by their bare names. Immutable.
 *
 * @param files where each file lies, by its name: one for each version of each library
 * @param missing libraries of which no file was found
 * @param searched the folders looked in, of those that exist
 */
public record LibraryFiles(Map<String, Path> files, List<Library> missing, List<Path> searched) {
  private static final List<Integer> VERSIONS = List.of(13, 12);

  /** Copies what is given. */
  public LibraryFiles {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files)); // keeps the order
    missing = List.copyOf(missing);
    searched = List.copyOf(searched);
  }

  /** Looks where this process would. */
  public static LibraryFiles find() {
    return find(SearchFolders.ofProcess());
  }

  static LibraryFiles find(SearchFolders folders) {
    Map<String, Path> files = new LinkedHashMap<>();
    List<Library> missing = new ArrayList<>();
    Set<Path> searched = new LinkedHashSet<>();
    for (Library library : Library.values()) {
      List<Path> places = folders.of(library).stream().filter(Files::isDirectory).toList();
      searched.addAll(places);
      boolean found = false;
      for (int version : VERSIONS) {
        String name = library.file(version);
        for (Path folder : places) {
          Path file = folder.resolve(name);
          if (Files.exists(file)) {
            files.putIfAbsent(name, file);
            found = true;
          }
        }
      }
      if (!found) {
        missing.add(library);
      }
    }
    return new LibraryFiles(files, missing, List.copyOf(searched));
  }
}
