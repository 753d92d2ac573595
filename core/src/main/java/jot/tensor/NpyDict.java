package jot.tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dict in an {@code .npy} header. Parsed is exactly the subset of Python's literals that numpy
 * writes there: three known keys, each once, in any order; nothing is evaluated.
 *
 * @param descr the type's name, or empty if it is no plain string (a structured type)
 * @param descrText the type as it stands in the file
 * @param fortranOrder whether the first index runs fastest
 * @param shape the dimensions, as they stand in the file
 */
record NpyDict(String descr, String descrText, boolean fortranOrder, List<Long> shape) {

  static NpyDict parse(String text, Path file) throws NpyFormatException {
    return new Parser(text, file).dict();
  }

  private static final class Parser {
    /** So much of a strange header is shown. */
    private static final int SHOWN = 80;

    private final String text;
    private final Path file;
    private int at;

    private @Nullable String descr;
    private @Nullable String descrText;
    private @Nullable Boolean fortranOrder;
    private @Nullable List<Long> shape;

    Parser(String text, Path file) {
      this.text = text;
      this.file = file;
    }

    NpyDict dict() throws NpyFormatException {
      expect('{');
      while (!accept('}')) {
        String key = string();
        expect(':');
        value(key);
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      skipBlanks();
      if (at < text.length()) {
        throw unexpected("nothing after the dict");
      }
      return new NpyDict(
          present("descr", descr),
          present("descr", descrText),
          present("fortran_order", fortranOrder),
          present("shape", shape));
    }

    private void value(String key) throws NpyFormatException {
      switch (key) {
        case "descr" -> {
          once(key, descr);
          skipBlanks();
          int from = at;
          boolean plain = at < text.length() && isQuote(text.charAt(at));
          if (plain) {
            descr = string();
          } else {
            descr = "";
            skipValue();
          }
          descrText = shown(text.substring(from, at).strip());
        }
        case "fortran_order" -> {
          once(key, fortranOrder);
          fortranOrder = bool();
        }
        case "shape" -> {
          once(key, shape);
          shape = tuple();
        }
        default ->
            throw broken(
                "expected the keys descr, fortran_order and shape", shown("'" + key + "'"));
      }
    }

    private void once(String key, @Nullable Object before) throws NpyFormatException {
      if (before != null) {
        throw broken("expected the key '" + key + "' once", "it twice");
      }
    }

    private <T> T present(String key, @Nullable T value) throws NpyFormatException {
      if (value == null) {
        throw broken("expected the key '" + key + "'", "none");
      }
      return value;
    }

    private boolean bool() throws NpyFormatException {
      skipBlanks();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw unexpected("True or False");
    }

    /** A string in single or double quotes; numpy writes none with an escape. */
    private String string() throws NpyFormatException {
      skipBlanks();
      if (at == text.length() || !isQuote(text.charAt(at))) {
        throw unexpected("a string");
      }
      int end = text.indexOf(text.charAt(at), at + 1);
      if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
        throw unexpected("a string that ends, without escapes");
      }
      String string = text.substring(at + 1, end);
      at = end + 1;
      return string;
    }

    private List<Long> tuple() throws NpyFormatException {
      expect('(');
      List<Long> values = new ArrayList<>();
      boolean comma = true;
      while (!accept(')')) {
        if (!comma) {
          throw unexpected("',' or ')'");
        }
        values.add(integer());
        comma = accept(',');
        if (!comma && values.size() == 1) {
          throw unexpected("',' after the only dimension of the shape"); // (3) is no tuple
        }
      }
      return List.copyOf(values);
    }

    private long integer() throws NpyFormatException {
      skipBlanks();
      int from = at;
      if (at < text.length() && text.charAt(at) == '-') {
        at++;
      }
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      try {
        long value = Long.parseLong(text.substring(from, at));
        if (at < text.length() && text.charAt(at) == 'L') {
          at++; // a long of Python 2
        }
        return value;
      } catch (NumberFormatException e) {
        at = from;
        throw unexpected("an integer below 2⁶³");
      }
    }

    /** Passes over a value of any kind, up to the comma or brace that ends it. */
    private void skipValue() throws NpyFormatException {
      int depth = 0;
      while (at < text.length()) {
        char c = text.charAt(at);
        if (isQuote(c)) {
          string();
          continue;
        }
        if (depth == 0 && (c == ',' || c == '}')) {
          return;
        }
        if (c == '(' || c == '[' || c == '{') {
          depth++;
        } else if (c == ')' || c == ']' || c == '}') {
          depth--;
        }
        at++;
      }
      throw unexpected("the end of the value of 'descr'");
    }

    private void expect(char c) throws NpyFormatException {
      if (!accept(c)) {
        throw unexpected("'" + c + "'");
      }
    }

    private boolean accept(char c) {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void skipBlanks() {
      while (at < text.length() && " \t\n\r\f".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private static boolean isQuote(char c) {
      return c == '\'' || c == '"';
    }

    private NpyFormatException unexpected(String expected) {
      String found = at == text.length() ? "its end" : shown(text.substring(at).strip());
      return broken("expected " + expected + " at character " + at, found);
    }

    private NpyFormatException broken(String expected, String found) {
      return new NpyFormatException(
          file + ": header: " + expected + ", found " + found + ": save it with numpy.save");
    }

    private static String shown(String part) {
      String start = part.length() <= SHOWN ? part : part.substring(0, SHOWN) + "…";
      return start.replaceAll("\\p{Cc}", "?");
    }
  }
}
