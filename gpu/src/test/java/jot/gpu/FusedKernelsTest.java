package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests tagged {@code rounding} run once more with products and sums fused, as NVIDIA's
 * compiler fuses them: this one says whether they really are.
 */
@Tag("rounding")
class FusedKernelsTest {
  /** Before the machine code the emulator puts a name, a length and a sum. */
  private static final int HEADER = 24;

  private static final Pattern FUSED = Pattern.compile("\\bvf(n)?m(add|sub)\\d+[sp]d\\b");

  @TempDir Path folder;

  @Test
  void products_and_sums_are_fused_where_it_is_asked_for_and_nowhere_else() throws Exception {
    Libraries.open(Library.NVRTC);
    Kernel.Source source = Kernel.Source.SYSTEM;
    byte[] cubin =
        new KernelCompiler("sm_90").compile("system.cu", KernelSources.text(source)).cubin();
    Path code = folder.resolve("system.so");
    Files.write(code, Arrays.copyOfRange(cubin, HEADER, cubin.length));
    Process objdump =
        new ProcessBuilder("objdump", "--disassemble", code.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(objdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(objdump.waitFor()).as(text).isZero();
    assertThat(text).contains("emulated_launch_laplacian");
    if (System.getenv("JOT_EMULATOR_FMA") == null) {
      assertThat(text).doesNotContainPattern(FUSED);
    } else {
      assertThat(FUSED.matcher(text).results().count()).isGreaterThan(10);
    }
  }
}
