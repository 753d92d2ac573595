package jot.bench;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, strings, numbers, booleans and null as JSON. A double is written so that
 * reading it gives the same bits; NaN and the infinities, which JSON lacks, become null.
 */
public final class Json {

  private final StringBuilder out = new StringBuilder();

  private final boolean inOneLine;

  private Json(boolean inOneLine) {
    this.inOneLine = inOneLine;
  }

  /** The document, indented by two blanks, with a line feed at its end. */
  public static String text(Map<String, ? extends @Nullable Object> document) {
    Json json = new Json(false);
    json.object(document, "\n");
    return json.out.append('\n').toString();
  }

  /** A list of objects, one a line, with a line feed at its end. */
  public static String text(List<? extends Map<String, ? extends @Nullable Object>> rows) {
    StringBuilder text = new StringBuilder("[");
    String separator = "\n";
    for (Map<String, ? extends @Nullable Object> row : rows) {
      text.append(separator).append(line(row));
      separator = ",\n";
    }
    return text.append("\n]\n").toString();
  }

  /** The document in one line, without a line feed. */
  public static String line(Map<String, ? extends @Nullable Object> document) {
    Json json = new Json(true);
    json.object(document, "");
    return json.out.toString();
  }

  private void value(@Nullable Object value, String newline) {
    switch (value) {
      case null -> out.append("null");
      case String string -> string(string);
      case Double number -> out.append(Double.isFinite(number) ? number.toString() : "null");
      case Integer number -> out.append(number);
      case Long number -> out.append(number);
      case Boolean flag -> out.append(flag);
      case List<?> list ->
          between('[', list.iterator(), ']', newline, item -> value(item, newline));
      case Map<?, ?> map -> object(map, newline);
      default -> throw new IllegalArgumentException("no JSON for a " + value.getClass());
    }
  }

  private void object(Map<?, ?> map, String newline) {
    String deeper = inOneLine ? "" : newline + "  ";
    between(
        '{',
        map.entrySet().iterator(),
        '}',
        newline,
        entry -> {
          out.append(deeper);
          string(String.valueOf(entry.getKey()));
          out.append(": ");
          value(entry.getValue(), deeper);
        });
  }

  private <T extends @Nullable Object> void between(
      char open, Iterator<T> items, char close, String newline, Consumer<T> item) {
    out.append(open);
    boolean any = items.hasNext();
    while (items.hasNext()) {
      item.accept(items.next());
      if (items.hasNext()) {
        out.append(inOneLine || close == ']' ? ", " : ",");
      }
    }
    if (any && close == '}') {
      out.append(newline);
    }
    out.append(close);
  }

  private void string(String text) {
    out.append('"');
    for (int k = 0; k < text.length(); k++) {
      char c = text.charAt(k);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
