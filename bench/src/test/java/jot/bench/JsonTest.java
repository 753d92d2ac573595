package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The JSON that jot writes, read by somebody else. */
class JsonTest {

  private static JsonNode read(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void a_double_comes_back_bit_for_bit() throws Exception {
    for (double number :
        new double[] {0.1, 1.0 / 3, 1e-300, Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 1e22, 5}) {
      assertThat(read(Json.text(Map.of("x", number))).get("x").doubleValue()).isEqualTo(number);
    }
  }

  @Test
  void what_json_lacks_is_null() throws Exception {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("nan", Double.NaN);
    document.put("infinite", Arrays.asList(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1));
    document.put("none", null);
    JsonNode json = read(Json.text(document));
    assertThat(json.get("nan").isNull()).isTrue();
    assertThat(json.get("infinite").get(0).isNull()).isTrue();
    assertThat(json.get("infinite").get(2).intValue()).isEqualTo(1);
    assertThat(json.get("none").isNull()).isTrue();
  }

  @Test
  void strings_are_escaped_and_unicode_stays() throws Exception {
    String text = "a \"quoted\" \\ back\nline\ttab \u0001 ε ≥ 0";
    assertThat(read(Json.text(Map.of("s", text))).get("s").textValue()).isEqualTo(text);
  }

  @Test
  void objects_nest() throws Exception {
    JsonNode json = read(Json.text(Map.of("list", List.of(Map.of("ok", true)), "map", Map.of())));
    assertThat(json.get("list").get(0).get("ok").booleanValue()).isTrue();
    assertThat(json.get("map").isObject()).isTrue();
  }

  @Test
  void a_document_fits_in_a_line() throws Exception {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("text", "two\nlines {");
    document.put("list", List.of(1, 2));
    document.put("map", Map.of("x", 0.5));
    String line = Json.line(document);
    assertThat(line)
        .isEqualTo("{\"text\": \"two\\nlines {\", \"list\": [1, 2], \"map\": {\"x\": 0.5}}");
    assertThat(read(line).get("map").get("x").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void a_list_of_rows_has_a_line_for_each() throws Exception {
    String text = Json.text(List.of(Map.of("a", 1), Map.of("a", 2)));
    assertThat(text).isEqualTo("[\n{\"a\": 1},\n{\"a\": 2}\n]\n");
    assertThat(read(text).get(1).get("a").intValue()).isEqualTo(2);
    assertThat(read(Json.text(List.of()))).isEmpty();
  }
}
