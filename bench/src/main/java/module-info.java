/**
 * The command line, the benchmarks and the experiments. Charts need a desktop module, which
 * servers' JDKs often lack: everything else runs without.
 */
@SuppressWarnings("requires-automatic") // XChart names no module
module jot.bench {
  requires static java.desktop;
  requires static jmh.core;
  requires static org.bytedeco.javacpp;
  requires static org.bytedeco.openblas;
  requires static org.jspecify;
  requires static xchart;
  requires info.picocli;
  requires java.logging;
  requires jdk.management;
  requires jot;
  requires jot.bindings;
  requires jot.gpu;
  requires jot.vector;
  requires me.tongfei.progressbar;

  // picocli finds options, and makes commands, by reflection
  opens jot.bench to
      info.picocli;
  opens jot.bench.demo to
      info.picocli;
  opens jot.bench.ffm to
      info.picocli;
  opens jot.bench.kernels to
      info.picocli;
  opens jot.bench.peers to
      info.picocli;
  opens jot.bench.solvers to
      info.picocli;
}
