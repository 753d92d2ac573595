package jot.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jot.bench.Jot;

/** How to start another {@code jot} like this one. */
final class JotProcess {

  private JotProcess() {}

  /** The launcher that this process came from; without one, this JVM on the same path. */
  static List<String> command() {
    String modules = System.getProperty("jdk.module.path", "");
    Path launcher = Path.of(modules).resolve("../bin/jot").normalize();
    if (!modules.isEmpty() && Files.isExecutable(launcher)) {
      return List.of(launcher.toString());
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto"));
    if (modules.isEmpty()) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--class-path"));
      command.add(System.getProperty("java.class.path", ""));
      command.add(Jot.class.getName());
    } else {
      command.addAll(List.of("--enable-native-access=jot.vector", "--module-path", modules));
      command.add("--module");
      command.add("jot.bench/" + Jot.class.getName());
    }
    return command;
  }
}
