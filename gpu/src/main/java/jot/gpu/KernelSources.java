package jot.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The texts of the kernels, as they are compiled: what all share, and then a file of their own. */
final class KernelSources {
  private KernelSources() {}

  static String text(Kernel.Source source) {
    return resource("device.cuh") + resource("source.cuh") + resource(source.key() + ".cu");
  }

  private static String resource(String name) {
    try (InputStream in = KernelSources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the kernel source " + name + " is missing in jot-gpu");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
