package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import jot.spi.Backend;
import jot.spi.Backends;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * On the class path without {@code --add-modules jdk.incubator.vector}: jot runs all the same, on
 * the reference backend, and says in one line what is missing. Runs in a virtual machine of its
 * own, since the line is said once.
 */
@Tag("fallback")
class FallbackTest {
  private static final String FLAG = "--add-modules jdk.incubator.vector";

  private static Backend chosen;
  private static String said;

  @BeforeAll
  static void choose() {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      chosen = Backends.choose(null, 1);
      Backends.choose(null, 1);
    } finally {
      System.setErr(before);
    }
    said = bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void the_reference_backend_takes_over() {
    assertThat(chosen.name()).isEqualTo("reference");
  }

  @Test
  void one_line_names_the_choice_and_the_missing_flag() {
    assertThat(said.lines().filter(line -> line.contains("jot runs on")))
        .singleElement()
        .asString()
        .contains("reference", "not vector: ", FLAG);
  }

  @Test
  void the_vector_backend_is_listed_with_its_reason() {
    assertThat(Backends.find())
        .filteredOn(found -> found.name().equals("vector"))
        .singleElement()
        .satisfies(found -> assertThat(found.availability().usable()).isFalse())
        .satisfies(found -> assertThat(found.availability().reason()).endsWith(FLAG));
  }

  @Test
  void forcing_the_vector_backend_is_an_error_with_the_reason() {
    assertThatThrownBy(() -> Backends.choose("vector", 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'vector'")
        .hasMessageEndingWith(FLAG);
  }
}
