package jot.bench.ffm;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import jot.bench.BadInputException;
import jot.bench.ClassPathProcess;
import jot.bench.Jot;
import jot.bench.OutputFolder;
import jot.bench.solvers.Environment;
import jot.bench.solvers.Steps;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot bench ffm}: what a native call costs, by foreign functions and by JNI. */
@Command(
    name = "ffm",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times by JMH, each in a JVM of its own and on one thread, calls of one OpenBLAS: by foreign"
          + " functions plain and critical, and by JNI as JavaCPP (bytedeco) generates it, which"
          + " checks pointers and copies arrays. A no-op (it returns the number of threads), a dot"
          + " product and a matrix-vector product. All of it takes about five minutes. Linux on"
          + " x86-64.",
      ""
    },
    footer = {
      "",
      "Written to --out: ffm.json, ffm.md (a table). JavaCPP unpacks OpenBLAS to ~/.javacpp."
    })
public final class FfmCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "One JVM for each number, in less than a minute.")
  private boolean quick;

  @Option(
      names = "--calls",
      split = ",",
      paramLabel = "NAME",
      description = "Of ${COMPLETION-CANDIDATES}. Default: all.")
  private @Nullable List<Call> calls;

  @Option(
      names = "--millis",
      paramLabel = "MS",
      description = "Of each of JMH's iterations. Default: 500; quick: 100.")
  private @Nullable Integer millis;

  @Option(
      names = "--forks",
      paramLabel = "N",
      description =
          "JVMs, one after the other, for each number; 0: all in one, which makes calls slower and"
              + " is good for a trial alone. Default: 3; quick: 1.")
  private @Nullable Integer forks;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "jot-bench",
      description = "Folder for the results. Default: ${DEFAULT-VALUE}.")
  private Path out;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public FfmCommand() {}

  @Override
  public Integer call() {
    int iteration = millis == null ? (quick ? 100 : 500) : millis;
    int jvms = forks == null ? (quick ? 1 : 3) : forks;
    atLeast("--millis", iteration, 1);
    atLeast("--forks", jvms, 0);
    String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    if (!system.equals("Linux on amd64")) {
      throw new BadInputException(
          "its OpenBLAS runs on Linux on amd64, received " + system + ": run it there");
    }
    OutputFolder folder = OutputFolder.at(out);
    if (FfmCommand.class.getModule().isNamed()) {
      return ClassPathProcess.run(spec); // JMH starts its JVMs on a class path
    }
    List<Call> wanted = calls == null ? List.of(Call.values()) : calls;
    FfmReport report = new FfmReport(environment());
    FfmRuns runs = new FfmRuns(quick ? 3 : 4, quick ? 3 : 5, iteration, jvms);
    int steps = wanted.stream().mapToInt(call -> call.sizes().size()).sum();
    try (Steps progress = Steps.start(steps, spec.commandLine().getErr())) {
      for (Call call : wanted) {
        for (int n : call.sizes()) {
          progress.now(call.label() + (n == 0 ? "" : ", n = " + n));
          report.rows().addAll(runs.run(call, n));
          folder.fill(report::write); // what is measured is there, however this ends
          progress.step();
        }
      }
    }
    PrintWriter text = spec.commandLine().getOut();
    text.print(report.table());
    text.println("written to " + out);
    text.flush();
    return Jot.OK;
  }

  private Map<String, @Nullable Object> environment() {
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    Map<String, @Nullable Object> facts = new LinkedHashMap<>(Environment.describe(arguments));
    facts.put("openblas", OpenBlas.description());
    return facts;
  }

  private static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new BadInputException(option + ": expected at least " + least + ", received " + value);
    }
  }
}
