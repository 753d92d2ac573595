package jot.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
          + " plans, potentials, costs and gradients. Paste what it prints into a bug report.",
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

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  SelfTestCommand() {}

  @Override
  public Integer call() {
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
    boolean good = results.stream().allMatch(SelfTestCase.Result::good);
    if (json) {
      out.print(Json.text(report(description, results, good)));
    } else {
      long wrong = results.stream().filter(r -> !r.good()).count();
      out.println(
          good
              ? "all " + results.size() + " cases agree with the reference backend"
              : wrong + " of " + results.size() + " cases are off: please report them");
    }
    out.flush();
    return good ? Jot.OK : Jot.FAILED;
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
