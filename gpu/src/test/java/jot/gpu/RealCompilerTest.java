package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every kernel goes through NVIDIA's own compiler for every architecture, on a machine without a
 * device: a table of registers, shared memory and spills. Tests of the real libraries need {@code
 * JOT_CUDA_TEST_HOMES} and are required where {@code JOT_CUDA_TESTS_REQUIRED} is set.
 */
@Tag("real-libraries")
class RealCompilerTest {
  private static final List<String> ARCHITECTURES = List.of("sm_75", "sm_80", "sm_90", "sm_100");
  private static final Pattern ENTRY =
      Pattern.compile(
          "Compiling entry function '(\\w+)'.*?(\\d+) bytes stack frame, (\\d+) bytes spill stores,"
              + " (\\d+) bytes spill loads.*?Used (\\d+) registers([^\\n]*)",
          Pattern.DOTALL);
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  static List<String> homes() {
    String value = System.getenv("JOT_CUDA_TEST_HOMES");
    boolean present = value != null && !value.isBlank();
    if (!present && System.getenv("JOT_CUDA_TESTS_REQUIRED") != null) {
      throw new AssertionError("JOT_CUDA_TEST_HOMES is not set, and these tests are required");
    }
    assumeTrue(present, "JOT_CUDA_TEST_HOMES names no folder with CUDA's libraries");
    return Arrays.asList(value.split(File.pathSeparator));
  }

  /** Compiles everything and prints a row for every kernel and architecture. */
  static final class Table {
    private Table() {}

    public static void main(String[] args) {
      Libraries.open(Library.NVRTC);
      System.out.println("nvrtc " + KernelCompiler.version());
      for (String architecture : ARCHITECTURES) {
        KernelCompiler compiler = new KernelCompiler(architecture, "--ptxas-options=--verbose");
        for (Kernel.Source source : Kernel.Source.values()) {
          String log = compiler.compile(source.key() + ".cu", KernelSources.text(source)).log();
          Matcher entry = ENTRY.matcher(log);
          while (entry.find()) {
            Matcher shared = SHARED.matcher(entry.group(6));
            System.out.println(
                String.join(
                    " ",
                    "kernel",
                    architecture,
                    entry.group(1),
                    entry.group(5),
                    shared.find() ? shared.group(1) : "0",
                    entry.group(2),
                    entry.group(3),
                    entry.group(4)));
          }
        }
      }
    }
  }

  @Test
  void every_kernel_compiles_for_every_architecture_without_spills() {
    for (String home : homes()) {
      List<String> lines =
          ChildJvm.run(
              Table.class, "--enable-native-access=ALL-UNNAMED", "-Djot.cuda.home=" + home);
      System.out.println("| kernel | architecture | registers | shared bytes | spill bytes |");
      List<String> seen = new ArrayList<>();
      for (String line : lines) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("kernel")) {
          seen.add(words[1] + " " + words[2]);
          System.out.println(
              "| %s | %s | %s | %s | %s |"
                  .formatted(words[2], words[1], words[3], words[4], words[6]));
          assertThat(Integer.parseInt(words[3])).as(line).isBetween(8, 128);
          assertThat(words[6] + words[7]).as("spills: %s", line).isEqualTo("00");
        }
      }
      for (String architecture : ARCHITECTURES) {
        for (Kernel kernel : Kernel.values()) {
          assertThat(seen).contains(architecture + " " + kernel.key());
        }
      }
    }
  }

  @Test
  void real_libraries_without_a_driver_are_no_reason_to_fail() {
    for (String home : homes()) {
      assumeTrue(!Path.of("/dev/nvidia0").toFile().exists(), "this machine has a device");
      List<String> lines =
          ChildJvm.run(
              AvailabilityTest.Say.class,
              "--enable-native-access=ALL-UNNAMED",
              "-Djot.cuda.home=" + home);
      assertThat(lines).anyMatch(line -> line.startsWith("false driver: no usable library found"));
      assertThat(lines).contains("auto: reference");
      for (String library : List.of("cudart", "nvrtc", "cublas", "cusolver")) {
        assertThat(lines)
            .anyMatch(
                line -> line.matches("library " + library + " 1\\d\\.[0-9.]+, " + home + ".*"));
      }
      assertThat(lines).anyMatch(line -> line.startsWith("library driver cannot be used: driver:"));
    }
  }
}
