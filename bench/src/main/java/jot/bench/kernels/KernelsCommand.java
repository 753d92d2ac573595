package jot.bench.kernels;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import jot.bench.BadInputException;
import jot.bench.ClassPathProcess;
import jot.bench.Jot;
import jot.bench.OutputFolder;
import jot.bench.calibration.Calibration;
import jot.bench.solvers.Environment;
import jot.bench.solvers.Steps;
import jot.spi.Backends;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot bench kernels}: JMH on every kernel, and the limits of the machine beside it. */
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times every operation of a backend by JMH, each in a JVM of its own, and right after it what"
          + " the machine can do at most: exponentials and bytes read a second, by loops in C that"
          + " gcc compiles here. All of it takes about an hour.",
      ""
    },
    footer = {
      "",
      "Written to --out: kernels.json, kernels.md (tables), roofline.png (where the JDK can draw)."
    })
public final class KernelsCommand implements Callable<Integer> {

  private static final List<Long> MEMORY =
      List.of(256L << 10, 1L << 20, 4L << 20, 8L << 20, 32L << 20, 128L << 20, 512L << 20);
  private static final int MACHINE_MILLIS = 200;

  /** The reference backend is not for larger problems. */
  private static final int LARGEST_REFERENCE = 1023;

  /** Elimination takes n³. */
  private static final int LARGEST_CUBE = 2048;

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "One size, the fastest backend, in about three minutes.")
  private boolean quick;

  @Option(
      names = "--kernels",
      split = ",",
      paramLabel = "NAME",
      description = "Of ${COMPLETION-CANDIDATES}. Default: all.")
  private @Nullable List<Kernel> kernels;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      description = "Default: 16,64,100,256,1000,1023,2048,4096; quick: 256.")
  private @Nullable List<Integer> sizes;

  @Option(
      names = "--dtypes",
      split = ",",
      paramLabel = "f64|f32",
      description = "Storage of matrices. Default: both.")
  private @Nullable List<DType> dtypes;

  @Option(
      names = "--backends",
      split = ",",
      paramLabel = "NAME",
      description = "Default: vector, and reference up to n = 1023; quick: vector.")
  private @Nullable List<String> backends;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Threads that a call may use. Default: 1 and all; quick: 1.")
  private @Nullable List<Integer> threads;

  @Option(
      names = "--millis",
      paramLabel = "MS",
      description = "Of each of JMH's iterations. Default: 500; quick: 200.")
  private @Nullable Integer millis;

  @Option(
      names = "--forks",
      paramLabel = "N",
      defaultValue = "1",
      description = "JVMs, one after the other, for each number. Default: ${DEFAULT-VALUE}.")
  private int forks;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "jot-bench",
      description = "Folder for the results. Default: ${DEFAULT-VALUE}.")
  private Path out;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public KernelsCommand() {}

  @Override
  public Integer call() {
    List<Kernel> wanted = kernels == null ? List.of(Kernel.values()) : kernels;
    List<Integer> ns =
        sizes == null
            ? (quick ? List.of(256) : List.of(16, 64, 100, 256, 1000, 1023, 2048, 4096))
            : sizes;
    ns.forEach(n -> atLeast("--sizes", n, 2));
    List<Integer> counts = threads();
    counts.forEach(count -> atLeast("--threads", count, 1));
    int iteration = millis == null ? (quick ? 200 : 500) : millis;
    atLeast("--millis", iteration, 1);
    atLeast("--forks", forks, 1);
    checkBackends();
    OutputFolder folder = OutputFolder.at(out);
    if (KernelsCommand.class.getModule().isNamed()) {
      return ClassPathProcess.run(spec); // JMH starts its JVMs on a class path
    }
    List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
    KernelReport report = new KernelReport(Environment.describe(arguments));
    try (Calibration calibration = Calibration.build();
        Steps steps = Steps.start(1 + wanted.size() * ns.size(), spec.commandLine().getErr())) {
      report.notes().addAll(calibration.missing());
      steps.now("the machine's limits");
      if (calibration.works()) {
        report.machine(calibration.measure(MACHINE_MILLIS, counts, MEMORY));
      }
      steps.step();
      KernelRuns runs = new KernelRuns(calibration, quick ? 6 : 5, quick ? 3 : 5, iteration, forks);
      for (Kernel kernel : wanted) {
        for (int n : ns) {
          steps.now(kernel.label() + ", n = " + n);
          measure(runs, kernel, n, counts, report);
          folder.fill(report::write); // what is measured is there, however this ends
          steps.step();
        }
      }
    }
    return say(report, folder);
  }

  private void measure(
      KernelRuns runs, Kernel kernel, int n, List<Integer> counts, KernelReport report) {
    List<String> able = backends(n);
    if (able.isEmpty() || (kernel.shape() == Kernel.Shape.CUBE && n > LARGEST_CUBE)) {
      return;
    }
    List<DType> types = dtypes == null ? List.of(DType.F64, DType.F32) : dtypes;
    if (!kernel.hasStorage()) {
      types = List.of(DType.F64);
    }
    try {
      report.rows().addAll(runs.run(kernel, n, types, able, counts));
    } catch (IllegalStateException e) {
      report.notes().add("%s, n = %d: %s".formatted(kernel.label(), n, e.getMessage()));
    }
  }

  private List<String> backends(int n) {
    if (backends != null) {
      return backends;
    }
    List<String> usable =
        Backends.find().stream()
            .filter(found -> found.availability().usable())
            .map(Backends.Found::name)
            .filter(name -> name.equals("vector") || name.equals("reference"))
            .toList();
    List<String> best = usable.subList(0, 1);
    return quick || n > LARGEST_REFERENCE ? best : usable;
  }

  private void checkBackends() {
    List<String> known = Backends.find().stream().map(Backends.Found::name).toList();
    for (String name : backends == null ? List.<String>of() : backends) {
      if (!known.contains(name)) {
        throw new BadInputException("--backends: expected some of " + known + ", received " + name);
      }
    }
  }

  private List<Integer> threads() {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Integer> all = quick || processors == 1 ? List.of(1) : Arrays.asList(1, processors);
    return threads == null ? all : threads;
  }

  private int say(KernelReport report, OutputFolder folder) {
    PrintWriter text = spec.commandLine().getOut();
    folder.fill(
        stage -> {
          report.write(stage);
          System.setProperty("java.awt.headless", "true");
          try {
            Roofline.write(stage.resolve("roofline.png"), report.rows());
          } catch (LinkageError | RuntimeException e) {
            text.println("no roofline.png: this JDK cannot draw, " + e);
          }
        });
    text.print(report.tables());
    text.println("written to " + out);
    text.flush();
    return report.rows().isEmpty() ? Jot.FAILED : Jot.OK;
  }

  private static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new BadInputException(option + ": expected at least " + least + ", received " + value);
    }
  }
}
