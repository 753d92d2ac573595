package jot.bench.solvers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jot.Sinkhorn;
import jot.bench.Version;
import org.jspecify.annotations.Nullable;

/** Where and with what something was measured. */
public final class Environment {

  private Environment() {}

  /** The facts, in the order in which they are shown. */
  public static Map<String, @Nullable Object> describe(List<String> arguments) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("command", "jot " + String.join(" ", arguments));
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("jot", Version.text());
    facts.put("git_commit", commit());
    facts.put("cpu", cpu());
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    // well above the threads used, others were at work: then compare only within a row
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    facts.put("load_average", Math.round(10 * load) / 10.0);
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("jdk", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    facts.put("flags", List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    facts.put("threads", System.getProperty("jot.threads", "all"));
    facts.put("backend", Sinkhorn.builder().epsilon(1).build().backend());
    return facts;
  }

  /** In one line, for people. */
  public static String line(Map<String, @Nullable Object> facts) {
    return String.format(
        "%s, %s processors (load average %s), %s, JDK %s, backend %s, commit %s, %s",
        facts.get("cpu"),
        facts.get("processors"),
        facts.get("load_average"),
        facts.get("system"),
        facts.get("jdk"),
        facts.get("backend"),
        facts.get("git_commit"),
        facts.get("date"));
  }

  private static String cpu() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /**
   * The commit checked out where jot is called, with a + where files differ; null where none is.
   */
  private static @Nullable String commit() {
    String commit = git("rev-parse", "--short=12", "HEAD");
    if (commit == null) {
      return null;
    }
    String changes = git("status", "--porcelain", "--untracked-files=no");
    return changes == null || changes.isEmpty() ? commit : commit + "+";
  }

  private static @Nullable String git(String... arguments) {
    try {
      List<String> words = new java.util.ArrayList<>(List.of("git"));
      words.addAll(List.of(arguments));
      Process git =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? text.strip() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
