package jot.bench;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The folder that results go to. All of them are first written to a folder within it, then moved in
 * one go: whoever looks sees the old results or the new ones, and a failure leaves nothing behind.
 * Other files are kept.
 */
public final class OutputFolder {

  /** Writes results to a folder. */
  @FunctionalInterface
  public interface Writer {
    /** Writes all files of the results to {@code folder}. */
    void write(Path folder) throws IOException;
  }

  private final String option;
  private final Path folder;

  private OutputFolder(String option, Path folder) {
    this.option = option;
    this.folder = folder;
  }

  /**
   * The folder, of which it has been tried, without a trace, whether it can be made and written to:
   * better known before the work than after it.
   */
  public static OutputFolder at(Path folder) {
    OutputFolder out = new OutputFolder("--out " + folder, folder.toAbsolutePath().normalize());
    Deque<Path> made = new ArrayDeque<>();
    try {
      out.make(made);
      made.push(Files.createDirectory(out.stage()));
    } catch (IOException e) {
      throw out.notWritable(e);
    } finally {
      remove(made);
    }
    return out;
  }

  /** Writes all results, or none. */
  public void fill(Writer writer) {
    Deque<Path> made = new ArrayDeque<>();
    try {
      make(made);
      Path stage = Files.createDirectory(stage());
      made.push(stage);
      try {
        writer.write(stage);
        for (Path file : files(stage)) {
          Files.move(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      } finally {
        files(stage).forEach(OutputFolder::remove);
        remove(stage);
      }
    } catch (IOException e) {
      throw notWritable(e);
    } finally {
      remove(made); // what is not empty stays
    }
  }

  private static List<Path> files(Path stage) throws IOException {
    try (var files = Files.list(stage)) {
      return files.toList();
    }
  }

  private Path stage() {
    String name = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return folder.resolve(".jot-" + name + ".tmp");
  }

  /** Makes the folder and those above it, remembering which were not there. */
  private void make(Deque<Path> made) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path here = folder;
    while (here != null && Files.notExists(here)) {
      missing.push(here);
      here = here.getParent();
    }
    if (here != null && !Files.isDirectory(here)) {
      throw new FileAlreadyExistsException(here + " is a file");
    }
    for (Path path : missing) {
      made.push(Files.createDirectory(path));
    }
  }

  private static void remove(Deque<Path> made) {
    made.forEach(OutputFolder::remove);
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // not empty, or no longer ours: it stays
    }
  }

  private BadInputException notWritable(IOException e) {
    return new BadInputException(
        option
            + ": expected a folder that can be made and written to, received "
            + e.getClass().getSimpleName().replaceAll("Exception$", "")
            + ": "
            + Failure.oneLine(e)
            + ": name another",
        e);
  }
}
