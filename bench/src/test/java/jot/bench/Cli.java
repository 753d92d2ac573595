package jot.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import jot.tensor.DType;
import jot.tensor.Npy;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import picocli.CommandLine;

/** Runs the command line in this process, in a folder of its own. */
public final class Cli {

  private final Path folder;

  /** Files are written to {@code folder}; {@code @name} in an argument stands for a file there. */
  public Cli(Path folder) {
    this.folder = folder;
  }

  /** How a run ended, and what it printed. */
  public record Result(int exit, String out, String err) {}

  /** Runs {@code jot} with these arguments, separated by blanks. */
  public Result run(String arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words =
        Arrays.stream(arguments.split(" ", -1))
            .map(word -> word.startsWith("@") ? file(word.substring(1)).toString() : word)
            .toArray(String[]::new);
    CommandLine command =
        Jot.commandLine(words).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new Result(command.execute(words), out.toString(), err.toString());
  }

  /** A file of this name. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Names of all files in a folder, sorted; none if there is no such folder. */
  public List<String> files(String name) {
    if (Files.notExists(file(name))) {
      return List.of();
    }
    try (var files = Files.list(file(name))) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes numbers as an F64 array of this shape. */
  public void write(String name, int[] shape, double... numbers) {
    write(name, DType.F64, shape, numbers);
  }

  /** Writes numbers as an array of this type and shape. */
  public void write(String name, DType dtype, int[] shape, double... numbers) {
    int d = shape.length;
    Shape padded = new Shape(d > 2 ? shape[d - 3] : 1, d > 1 ? shape[d - 2] : 1, shape[d - 1]);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(arena, dtype, padded);
      for (int k = 0; k < numbers.length; k++) {
        tensor.setFlat(k, numbers[k]);
      }
      Npy.write(file(name), tensor, d);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a file's header says. */
  public Npy.Header header(String name) {
    try {
      return Npy.header(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The elements of an array. */
  public double[] read(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return Npy.read(file(name), arena).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JSON file. */
  public JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(Files.readString(file(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
