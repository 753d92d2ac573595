package jot.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The shell script that starts jot, on JDKs that only say how they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir Path directory;
  private Path script;

  private record Outcome(int exit, String text) {}

  @BeforeEach
  void install() throws IOException {
    script = directory.resolve("a place/bin/jot");
    Files.createDirectories(script.getParent());
    Files.createDirectories(directory.resolve("a place/lib"));
    Files.copy(Path.of("src", "main", "launcher", "jot"), script);
    makeExecutable(script);
  }

  @Test
  void arguments_reach_the_main_class_unchanged() throws Exception {
    Outcome outcome = run(script, Map.of("JOT_JAVA_HOME", jdk("25.0.1")), "solve", "a b", "");
    assertThat(outcome.exit()).isEqualTo(0);
    assertThat(outcome.text())
        .contains("[" + directory.toRealPath().resolve("a place/lib") + "]")
        .contains("[jot.bench/jot.bench.Jot][solve][a b][]");
  }

  @Test
  void a_chain_of_links_leads_to_the_installation() throws Exception {
    Path absolute = Files.createSymbolicLink(directory.resolve("first"), script);
    Path relative = Files.createSymbolicLink(directory.resolve("second"), absolute.getFileName());
    Outcome outcome = run(relative, Map.of("JOT_JAVA_HOME", jdk("25")));
    assertThat(outcome.text()).contains("a place/lib");
  }

  @Test
  void an_old_java_home_is_passed_over_for_a_later_jdk() throws Exception {
    String old = jdk("17.0.2");
    String later = jdk("26-ea");
    Outcome outcome = run(script, Map.of("JAVA_HOME", old, "PATH", later + "/bin:/usr/bin:/bin"));
    assertThat(outcome.text()).contains("java 26-ea");
  }

  @Test
  void a_jdk_named_on_purpose_that_is_too_old_is_an_error_of_one_line() throws Exception {
    Outcome outcome = run(script, Map.of("JOT_JAVA_HOME", jdk("21.0.4")));
    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.text().lines()).hasSize(1);
    assertThat(outcome.text()).contains("JOT_JAVA_HOME").contains("JDK 25");
  }

  @Test
  void native_access_is_granted_only_to_modules_that_are_there() throws Exception {
    Map<String, String> environment = Map.of("JOT_JAVA_HOME", jdk("25"));
    assertThat(run(script, environment).text()).doesNotContain("native-access");
    Files.createFile(directory.resolve("a place/lib/jot-gpu-1.0.jar"));
    assertThat(run(script, environment).text())
        .contains("[--enable-native-access=jot.gpu,jot.bindings]");
    Files.createFile(directory.resolve("a place/lib/jot-vector-cpu-1.0.jar"));
    assertThat(run(script, environment).text())
        .contains("[--enable-native-access=jot.vector,jot.gpu,jot.bindings]");
    Files.delete(directory.resolve("a place/lib/jot-gpu-1.0.jar"));
    assertThat(run(script, environment).text()).contains("[--enable-native-access=jot.vector]");
  }

  @Test
  void charts_are_asked_for_only_where_the_jdk_can_draw() throws Exception {
    String home = jdk("25");
    Map<String, String> environment = Map.of("JOT_JAVA_HOME", home);
    Files.createFile(directory.resolve("a place/lib/xchart-4.0.3.jar"));
    assertThat(run(script, environment, "bench").text()).doesNotContain("xchart,");
    Path release = Path.of(home, "release");
    Files.writeString(release, "JAVA_VERSION=\"25\"\nMODULES=\"java.base java.desktop jdk.jfr\"\n");
    assertThat(run(script, environment, "bench").text())
        .contains("[--add-modules=xchart,java.desktop]");
    assertThat(run(script, environment, "solve").text()).doesNotContain("xchart,");
  }

  @Test
  void the_optimising_compiler_is_off_for_small_problems_and_help_alone() throws Exception {
    Path small = file("small cost.npy", 16_000_000);
    Path large = file("large.npy", 16_000_001);
    assertThat(isQuick("solve", "--cost", small.toString())).isTrue();
    assertThat(isQuick("solve", "--sharp", "--cost=" + small, "--epsilon", "1")).isTrue();
    assertThat(isQuick("--version")).isTrue();
    assertThat(isQuick("solve", "--cost", large.toString())).isFalse();
    assertThat(isQuick("solve", "--cost", small + ".none")).isFalse();
    assertThat(isQuick("solve", "--cost", directory.toString())).isFalse();
    assertThat(isQuick("solve", "--cost")).isFalse();
    assertThat(isQuick("bench", "--cost", small.toString())).isFalse();
    assertThat(isQuick()).isFalse();
  }

  @Test
  void who_names_a_backend_gets_the_jvm_that_it_needs() throws Exception {
    String cost = file("cost.npy", 100).toString();
    assertThat(isQuick("solve", "--cost", cost, "--backend", "vector")).isFalse();
    assertThat(isQuick("solve", "--backend=vector", "--cost", cost)).isFalse();
    assertThat(isQuick("solve", "--cost", cost, "@more")).isFalse();
    Map<String, String> environment =
        Map.of("JOT_JAVA_HOME", jdk("25"), "JOT_JAVA_OPTIONS", "-Djot.backend=vector");
    assertThat(run(script, environment, "solve", "--cost", cost).text())
        .contains("[-Djot.backend=vector]")
        .doesNotContain("TieredStopAtLevel");
  }

  @Test
  void the_archive_of_classes_is_used_with_the_jdk_that_wrote_it_alone() throws Exception {
    String home = jdk("25.0.1");
    Map<String, String> environment = Map.of("JOT_JAVA_HOME", home);
    assertThat(run(script, environment).text()).doesNotContain("SharedArchiveFile");
    Path folder = Files.createDirectory(directory.resolve("a place/cds"));
    Files.writeString(folder.resolve("jot.jsa"), "classes");
    Files.copy(Path.of(home, "release"), folder.resolve("release"));
    assertThat(run(script, environment).text())
        .contains("a place/cds/jot.jsa][-Xlog:cds=off][-Xlog:aot=off]");
    assertThat(run(script, Map.of("JOT_JAVA_HOME", jdk("25.0.2"))).text())
        .doesNotContain("SharedArchiveFile");
  }

  @Test
  void an_archive_that_no_jvm_can_read_changes_nothing_and_says_nothing() throws Exception {
    install(System.getProperty("jdk.module.path", ""));
    String home = System.getProperty("java.home");
    Map<String, String> environment = Map.of("JOT_JAVA_HOME", home);
    Outcome without = run(script, environment, "--version");
    assertThat(without.text()).contains("jot ").contains("JDK " + Runtime.version());
    Path folder = Files.createDirectory(directory.resolve("a place/cds"));
    Files.writeString(folder.resolve("jot.jsa"), "stale");
    Files.copy(Path.of(home, "release"), folder.resolve("release"));
    assertThat(run(script, environment, "--version")).isEqualTo(without);
  }

  /** Copies the modules of this JVM, as they would lie in an installation. */
  private void install(String modulePath) throws IOException {
    Path lib = directory.resolve("a place/lib");
    int number = 0;
    for (String module : modulePath.split(File.pathSeparator, -1)) {
      Path path = Path.of(module);
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        copy(path, lib.resolve("m" + number++));
      } else if (Files.exists(path) && !name.startsWith("xchart")) {
        Files.copy(path, lib.resolve(name)); // an automatic module is named by its file
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private Path file(String name, int bytes) throws IOException {
    return Files.write(directory.resolve(name), new byte[bytes]);
  }

  private boolean isQuick(String... arguments) throws Exception {
    Outcome outcome = run(script, Map.of("JOT_JAVA_HOME", jdk("25")), arguments);
    assertThat(outcome.exit()).isZero();
    return outcome.text().contains("[-XX:TieredStopAtLevel=1]");
  }

  /** A directory that looks like a JDK and whose java prints its version and its arguments. */
  private String jdk(String version) throws IOException {
    Path home = directory.resolve("jdk-" + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    Path java = home.resolve("bin/java");
    Files.writeString(java, "#!/bin/sh\necho java " + version + "\nprintf '[%s]' \"$@\"\necho\n");
    makeExecutable(java);
    return home.toString();
  }

  private static void makeExecutable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Outcome run(Path script, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(script.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    Process process = builder.directory(new File("/")).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
