package jot.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import jot.bench.kernels.KernelCheck;
import jot.bench.kernels.KernelResult;
import jot.spi.Backends;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot selftest}: one backend's results beside the reference backend's, and their times. */
@Command(
    name = "selftest",
    mixinStandardHelpOptions = true,
    description = {
      "Solves problems of every kind on one backend and on the reference backend, and compares"
          + " plans, potentials, costs and gradients; then every kernel by itself, with its time"
          + " and its bytes a second beside those of a copy of 32 MiB on the same backend, which"
          + " what fits in a cache can exceed. Paste what it prints into a bug report.",
      ""
    },
    footer = {
      "",
      "Exit code: 0 all agree; 1 some do not; 2 the backend cannot run here.",
    })
final class SelfTestCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "The backend to test: cuda, vector or reference; default: the one that is chosen.")
  @Nullable String backend;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Rows and columns of the kernels' problem. Default: ${DEFAULT-VALUE}.")
  int size;

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  SelfTestCommand() {}

  @Override
  public Integer call() {
    if (size < 2) {
      throw new BadInputException("--size: expected at least 2, received " + size);
    }
    PrintWriter out = spec.commandLine().getOut();
    String description;
    String name;
    try {
      var tested = Backends.choose(backend, Backends.defaultThreads());
      name = tested.name();
      description = tested.description();
    } catch (IllegalStateException | IllegalArgumentException e) {
      spec.commandLine().getErr().println("jot selftest: " + Failure.oneLine(e));
      spec.commandLine().getErr().flush();
      return Jot.BAD_INPUT;
    }
    if (!json) {
      out.println("jot:     " + Version.text());
      out.println("jdk:     " + Machine.jdk());
      out.println("system:  " + Machine.system());
      out.println("backend: " + description);
      out.flush();
    }
    List<SelfTestCase.Result> results = new ArrayList<>();
    for (SelfTestCase one : SelfTestCase.ALL) {
      SelfTestCase.Result result = one.compare(name);
      results.add(result);
      if (!json) {
        out.println(result.line());
        out.flush();
      }
    }
    KernelCheck check = new KernelCheck(name, Backends.defaultThreads(), size);
    if (!json) {
      out.printf(
          Locale.ROOT,
          "kernels, n = %d; copy of 32 MiB, read and written: %.2f GB/s%n",
          size,
          check.copyRate() * 1e-9);
    }
    List<KernelResult> kernels = check.run(json ? result -> {} : this::say);
    boolean good =
        results.stream().allMatch(SelfTestCase.Result::good)
            && kernels.stream().allMatch(KernelResult::good);
    if (json) {
      Map<String, @Nullable Object> report = report(description, results, good);
      report.put("copy_bytes_per_second", check.copyRate());
      report.put("kernels", kernels.stream().map(KernelResult::json).toList());
      out.print(Json.text(report));
    } else {
      out.println(summary("cases", results.stream().map(SelfTestCase.Result::good).toList()));
      out.println(summary("kernels", kernels.stream().map(KernelResult::good).toList()));
    }
    out.flush();
    return good ? Jot.OK : Jot.FAILED;
  }

  private void say(KernelResult result) {
    spec.commandLine().getOut().println(result.line());
    spec.commandLine().getOut().flush();
  }

  private static String summary(String what, List<Boolean> good) {
    long wrong = good.stream().filter(one -> !one).count();
    return wrong == 0
        ? "all " + good.size() + " " + what + " agree with the reference backend"
        : wrong + " of " + good.size() + " " + what + " are off: please report them";
  }

  private static Map<String, @Nullable Object> report(
      String description, List<SelfTestCase.Result> results, boolean good) {
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("jot", Version.text());
    report.put("jdk", Machine.jdk());
    report.put("system", Machine.system());
    report.put("backend", description);
    report.put("good", good);
    report.put("cases", results.stream().map(SelfTestCase.Result::json).toList());
    return report;
  }
}
