package jot.bench.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jot.bench.Cli;
import jot.bench.Jot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jot bench ffm} with so little time that its numbers mean nothing. */
class FfmCommandTest {

  private static final List<String> OFF_HEAP = List.of("ffm", "ffm_critical", "jni");
  private static final List<String> ALL =
      List.of("ffm", "ffm_critical", "ffm_critical_heap", "jni", "jni_array");

  @TempDir Path folder;

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void every_call_is_timed_in_every_way_and_all_ways_give_the_same() throws Exception {
    Cli cli = new Cli(folder);
    Cli.Result result = cli.run("bench ffm --quick --forks 0 --millis 5 --out @out");
    assertThat(result.exit()).as(result.err()).isZero();
    JsonNode json = cli.json("out/ffm.json");
    assertThat(json.get("environment").get("openblas").textValue()).startsWith("OpenBLAS");
    Map<String, Map<String, JsonNode>> rows = new HashMap<>();
    for (JsonNode row : json.get("calls")) {
      assertThat(row.get("ns_min").doubleValue()).isPositive();
      assertThat(row.get("ns_median").doubleValue())
          .isBetween(row.get("ns_min").doubleValue(), row.get("ns_max").doubleValue());
      rows.computeIfAbsent(row.get("call").textValue() + row.get("n"), key -> new HashMap<>())
          .put(row.get("way").textValue(), row);
    }
    assertThat(rows).containsOnlyKeys("noop0", "dot16", "dot1024", "gemv64", "gemv512");
    rows.forEach(
        (call, ways) ->
            assertThat(ways).containsOnlyKeys(call.startsWith("noop") ? OFF_HEAP : ALL));
    // one thread was set through JNI: the number comes from the same library in all ways
    assertThat(rows.get("noop0").get("ffm").get("answer").doubleValue()).isEqualTo(1);
    // n² products of two numbers in [0, 1), a quarter each on average
    assertThat(rows.get("gemv64").get("ffm").get("answer").doubleValue() / (64 * 64))
        .isBetween(0.2, 0.3);
    assertThat(result.out())
        .contains("| | noop | dot, n = 16 | dot, n = 1024 | gemv, n = 64 | gemv, n = 512 |")
        .contains("| JNI by JavaCPP, arrays |  | ")
        .contains(Files.readString(cli.file("out/ffm.md")));
    assertThat(result.err()).contains("gemv, n = 512").doesNotContain("WARNING");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void each_way_has_a_jvm_of_its_own() {
    Cli cli = new Cli(folder);
    Cli.Result result = cli.run("bench ffm --quick --calls noop --millis 5 --out @out");
    assertThat(result.exit()).as(result.err()).isZero();
    assertThat(cli.json("out/ffm.json").get("calls")).hasSize(3);
    assertThat(result.err()).doesNotContain("WARNING");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--millis 0", "--forks -1", "--calls abacus"})
  void bad_options_are_refused_before_any_work(String option) {
    Cli cli = new Cli(folder);
    Cli.Result result = cli.run("bench ffm --out @out " + option);
    assertThat(result.exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(result.err())
        .contains(option.substring(0, option.indexOf(' ')))
        .contains("expected");
    assertThat(cli.file("out")).doesNotExist();
  }
}
