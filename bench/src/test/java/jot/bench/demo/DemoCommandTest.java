package jot.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jot.bench.Cli;
import jot.bench.Jot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jot demo}, on small images and with few steps. */
class DemoCommandTest {

  @TempDir Path folder;

  @Test
  void it_writes_a_page_whose_pictures_are_there_and_shows_that_the_gradient_is_right()
      throws IOException {
    Cli cli = new Cli(folder);
    Cli.Result result = cli.run("demo --out @page --side 14 --steps 6");
    assertThat(result.exit()).as(result.err()).isZero();
    assertThat(cli.files("page"))
        .containsExactly("barycenter.png", "descent.png", "index.html", "matching.png", "plan.png");
    assertThat(result.out())
        .contains("implicit", "central differences", "relative difference")
        .contains("cost, direction 1", "marginals, direction 2", "ε")
        .contains("Barycenter of four bags")
        .contains("index.html")
        .doesNotContain("DISAGREE");

    String page = Files.readString(cli.file("page/index.html"));
    assertThat(page).doesNotContain("{{").doesNotContain("NaN").doesNotContain("http");
    Matcher picture = Pattern.compile("src=\"([^\"]+)\"").matcher(page);
    while (picture.find()) {
      assertThat(cli.file("page").resolve(picture.group(1))).exists();
    }
  }

  @Test
  void wrong_settings_are_bad_input() {
    Cli cli = new Cli(folder);
    assertThat(cli.run("demo --out @page --side 3").exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(cli.run("demo --out @page --steps 0").exit()).isEqualTo(Jot.BAD_INPUT);
    assertThat(cli.files("page")).isEmpty();
  }
}
