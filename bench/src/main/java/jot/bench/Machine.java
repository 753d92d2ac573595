package jot.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What there is to say about the machine and its virtual machine. */
final class Machine {

  private static final double GIB = 1L << 30;

  private Machine() {}

  static String jdk() {
    return "%s, %s (%s)"
        .formatted(
            Runtime.version(), System.getProperty("java.vm.name"), System.getProperty("java.home"));
  }

  static String system() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", "
        + System.getProperty("os.arch");
  }

  static String threads() {
    String forced = System.getProperty("jot.threads");
    return Runtime.getRuntime().availableProcessors()
        + " processors"
        + (forced == null ? "" : ", jot.threads=" + forced);
  }

  static String memory() {
    String machine = "";
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      machine =
          String.format(
              Locale.ROOT,
              "%.1f GiB, %.1f GiB of them free; ",
              system.getTotalMemorySize() / GIB,
              system.getFreeMemorySize() / GIB);
    }
    // costs and plans lie outside the heap
    return machine
        + String.format(
            Locale.ROOT, "Java heap up to %.1f GiB", Runtime.getRuntime().maxMemory() / GIB);
  }

  /**
   * The width that the Vector API prefers here. Asked by reflection: where the module is not there,
   * on the class path without its flag, the command line must still run.
   */
  static String vectors() {
    try {
      Object species =
          Class.forName("jdk.incubator.vector.DoubleVector")
              .getField("SPECIES_PREFERRED")
              .get(null);
      Object bits =
          Class.forName("jdk.incubator.vector.VectorSpecies")
              .getMethod("vectorBitSize")
              .invoke(species);
      String forced = System.getProperty("jot.vector.bits");
      return bits + " bits preferred" + (forced == null ? "" : ", jot.vector.bits=" + forced);
    } catch (ReflectiveOperationException | LinkageError e) {
      return "none: the module jdk.incubator.vector is not loaded; run bin/jot, or java"
          + " --add-modules jdk.incubator.vector";
    }
  }
}
