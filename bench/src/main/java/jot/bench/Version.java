package jot.bench;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code jot --version} prints. */
public final class Version implements IVersionProvider {

  /** The version that the build wrote into the module or the jar, or "unknown version". */
  public static String text() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(descriptor -> descriptor.rawVersion())
        .or(() -> Optional.ofNullable(Version.class.getPackage().getImplementationVersion()))
        .orElse("(version unknown: not run from its jar)");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "jot " + text(), "JDK " + Runtime.version() + ", " + System.getProperty("os.arch")
    };
  }
}
