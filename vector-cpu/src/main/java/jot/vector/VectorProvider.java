package jot.vector;

import java.util.Optional;
import jot.spi.Availability;
import jot.spi.Backend;
import jot.spi.BackendProvider;
import jot.spi.host.HostBackend;

/**
 * Offers the backend on the Vector API. Names no Vector type: on the class path the incubator
 * module is there only when a flag asks for it, and this class must load without it.
 */
public final class VectorProvider implements BackendProvider {
  private static final String FLAG = "--add-modules jdk.incubator.vector";

  /** For {@link java.util.ServiceLoader}. */
  public VectorProvider() {}

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Availability availability() {
    if (!vectorModuleIsReadable()) {
      return Availability.missing(
          "the Vector API is an incubator module that this JVM did not load; start it with "
              + FLAG);
    }
    Optional<String> problem =
        compilerProblem(System.getProperty("java.vm.info", "")).or(VectorWidth::problem);
    if (problem.isPresent()) {
      return Availability.missing(problem.get());
    }
    try {
      return VectorKernels.processorProblem()
          .map(Availability::missing)
          .orElseGet(() -> Availability.usable(VectorKernels.width()));
    } catch (LinkageError e) {
      return Availability.missing("the Vector API does not load: " + e);
    }
  }

  @Override
  public Backend open(int threads) {
    Availability availability = availability();
    if (!availability.usable()) {
      throw new IllegalStateException("vector backend: " + availability.reason());
    }
    String access = OwnMemory.UNCHECKED ? ", native access" : "";
    String description =
        "vector: %s%s, %d threads".formatted(VectorKernels.width(), access, threads);
    return new HostBackend(name(), description, new VectorKernels(), threads);
  }

  private static boolean vectorModuleIsReadable() {
    Module here = VectorProvider.class.getModule();
    return ModuleLayer.boot().findModule("jdk.incubator.vector").filter(here::canRead).isPresent();
  }

  /**
   * What the virtual machine lacks, if anything. Vectors are registers only in code of the
   * optimising compiler; interpreted, or compiled by C1, each is an object and the scalar backend
   * is faster.
   *
   * @param info the property {@code java.vm.info}, such as {@code "mixed mode, sharing"}
   */
  static Optional<String> compilerProblem(String info) {
    if (info.contains("interpreted mode") || info.contains("emulated-client")) {
      return Optional.of(
          "the optimising compiler is off (%s), without which vectors are slow objects; drop -Xint"
                  .formatted(info)
              + " or -XX:TieredStopAtLevel");
    }
    return Optional.empty();
  }
}
