/** The command line, the benchmarks and the experiments. */
module jot.bench {
  requires static org.jspecify;
  requires info.picocli;
  requires java.logging;
  requires jdk.management;
  requires jot;
  requires jot.gpu;
  requires jot.vector;
  requires me.tongfei.progressbar;

  // picocli finds options, and makes commands, by reflection
  opens jot.bench to
      info.picocli;
  opens jot.bench.demo to
      info.picocli;
}
