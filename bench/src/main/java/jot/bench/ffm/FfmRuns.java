package jot.bench.ffm;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs JMH for a call.
 *
 * @param warmups iterations that do not count
 * @param measurements iterations that do
 * @param millis of each iteration
 * @param forks JVMs one after the other for each row
 */
record FfmRuns(int warmups, int measurements, int millis, int forks) {

  /**
   * Checks that all ways give the same numbers, and then measures each in JVMs of its own.
   *
   * @throws IllegalStateException when two of them differ, or a JVM fails
   */
  List<FfmRow> run(Call call, int n) {
    double answer = Answers.common(call, n, call.ways());
    OptionsBuilder options = new OptionsBuilder();
    options
        .include(
            "^" + FfmVersusJni.class.getName().replace(".", "\\.") + "\\." + call.label() + "$")
        .param("way", call.ways().stream().map(Way::name).toArray(String[]::new))
        .param("n", String.valueOf(n))
        .warmupIterations(warmups)
        .warmupTime(TimeValue.milliseconds(millis))
        .measurementIterations(measurements)
        .measurementTime(TimeValue.milliseconds(millis))
        .forks(forks)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    List<FfmRow> rows = new ArrayList<>();
    try {
      for (RunResult result : new Runner(options.build()).run()) {
        Way way = Way.valueOf(result.getParams().getParam("way"));
        Statistics times = result.getPrimaryResult().getStatistics();
        rows.add(
            new FfmRow(
                call,
                n,
                way,
                times.getPercentile(50),
                times.getMin(),
                times.getMax(),
                times.getN(),
                answer));
      }
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
    return rows;
  }
}
