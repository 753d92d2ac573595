package jot.bench;

import jot.bench.ffm.FfmCommand;
import jot.bench.kernels.KernelsCommand;
import jot.bench.peers.PeersCommand;
import jot.bench.solvers.SolversCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jot bench}: measures on this machine what the documentation claims. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = {
      SolversCommand.class,
      PeersCommand.class,
      KernelsCommand.class,
      FfmCommand.class
    },
    synopsisSubcommandLabel = "BENCHMARK",
    description = "Measures on this machine what the documentation claims.")
final class BenchCommand implements Runnable {

  @Spec CommandSpec spec;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  BenchCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected a benchmark: solvers, peers, kernels or ffm, received none");
  }
}
