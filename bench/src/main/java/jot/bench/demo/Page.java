package jot.bench.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The page, from a template in the jar in which names like {@code {{this}}} stand for values. */
final class Page {

  private Page() {}

  static String fill(Map<String, String> values) throws IOException {
    String page;
    try (InputStream template = Page.class.getResourceAsStream("page.html")) {
      if (template == null) {
        throw new IOException("the demo's page is missing from the jar: build it again");
      }
      page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      page = page.replace("{{" + value.getKey() + "}}", value.getValue());
    }
    return page;
  }

  static String table(List<GradientCheck.Row> rows) {
    StringBuilder table = new StringBuilder();
    for (GradientCheck.Row row : rows) {
      table.append(
          Texts.format(
              "<tr><td>%s</td><td>%.9e</td><td>%.9e</td><td>%.1e</td><td>%s</td></tr>%n",
              row.along(),
              row.implicit(),
              row.differences(),
              row.relativeDifference(),
              row.agrees() ? "agree" : "<b>disagree</b>"));
    }
    return table.toString();
  }

  static String text(String raw) {
    return raw.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
