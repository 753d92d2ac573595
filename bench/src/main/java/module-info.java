/** The command line, the benchmarks and the experiments. */
module jot.bench {
  requires static org.jspecify;
  requires jot;
}
