import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies google-java-format over every Java file below some directories.
 *
 * <p>It runs as a single source file on the JDK that compiles jot: the formatter parses with that
 * JDK's javac, and a Maven plugin would run on Maven's own, which may be too old for the sources.
 */
final class Format {
  public static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    List<Path> files = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      Path source = Path.of(args[i]);
      if (Files.isDirectory(source)) {
        try (var tree = Files.walk(source)) {
          tree.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
        }
      } else if (Files.exists(source)) {
        files.add(source);
      }
    }
    if (files.isEmpty()) {
      System.err.println("format: no Java file below " + String.join(" ", args));
      System.exit(1);
    }
    List<String> wrong = new ArrayList<>();
    for (Path file : files) {
      String text = Files.readString(file);
      String formatted;
      try {
        formatted = new Formatter().formatSourceAndFixImports(text);
      } catch (FormatterException e) {
        wrong.add(file + ": " + e.getMessage());
        continue;
      }
      if (!formatted.equals(text)) {
        if (apply) {
          Files.writeString(file, formatted);
          System.out.println("formatted " + file);
        } else {
          wrong.add(file.toString());
        }
      }
    }
    if (!wrong.isEmpty()) {
      System.err.println(
          wrong.size() + " of " + files.size() + " Java files are not in google-java-format:");
      wrong.forEach(file -> System.err.println("  " + file));
      System.err.println("Format them with: mvn -q -N -Pformat process-sources");
      System.exit(1);
    }
  }
}
