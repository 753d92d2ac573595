package jot.bench;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jot.bench.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code jot}. */
@Command(
    name = "jot",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Java optimal transport: solve a transport problem, and differentiate the answer.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start here:",
      "  jot demo      matches real images and writes a page with pictures",
      "  jot doctor    says what this machine can run, and what it lacks",
      "  jot solve --help",
    })
public final class Jot implements Runnable {

  /** Everything went well, and the solver converged. */
  public static final int OK = 0;

  /** Something failed that should not have. */
  public static final int FAILED = 1;

  /** The input is wrong: nothing was written. */
  public static final int BAD_INPUT = 2;

  /** The solver did not converge: everything was written, and the report says so. */
  public static final int NOT_CONVERGED = 3;

  private static final List<String> COMMANDS =
      List.of("solve", "doctor", "selftest", "demo", "bench");

  // held here, or the level would be forgotten with the logger
  private static final Logger LIBRARY = Logger.getLogger("jot");

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show where an error comes from, for a bug report.")
  private boolean stacktrace;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public Jot() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    LIBRARY.setLevel(Level.WARNING); // which backend runs, stands in the results
    System.exit(commandLine(arguments).execute(arguments));
  }

  /**
   * The command line, ready to {@code execute} these arguments; tests give it their own streams. It
   * has the command that they begin with, or all: reading the options of those that nobody asked
   * for takes longer than a small problem.
   */
  public static CommandLine commandLine(String... arguments) {
    Jot jot = new Jot();
    CommandLine line = new CommandLine(jot);
    for (String name : needed(arguments)) {
      line.addSubcommand(command(name));
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Jot::explainUsage)
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> Failure.explain(exception, command, jot.stacktrace));
  }

  private static List<String> needed(String[] arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    if (first.equals("--version")) {
      return List.of();
    }
    return COMMANDS.contains(first) ? List.of(first) : COMMANDS;
  }

  private static Object command(String name) {
    return switch (name) {
      case "solve" -> new SolveCommand();
      case "doctor" -> new DoctorCommand();
      case "selftest" -> new SelfTestCommand();
      case "demo" -> new DemoCommand();
      case "bench" -> new BenchCommand();
      default -> throw new IllegalArgumentException("command: expected a name, received " + name);
    };
  }

  /** Without a command there is nothing to do: says which there are. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "expected a command: solve, doctor, selftest, demo or bench, received none");
  }

  private static int explainUsage(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(name + ": " + Failure.oneLine(exception) + " (see " + name + " --help)");
    command.getErr().flush();
    return BAD_INPUT;
  }
}
