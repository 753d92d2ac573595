package jot.bench.demo;

import java.io.PrintWriter;
import jot.bench.TerminalProgress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on stderr, where that is a terminal. */
final class Progress implements AutoCloseable {

  private static final int WIDTH = 78;

  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  static Progress start(int steps) {
    if (!TerminalProgress.stderrIsTerminal()) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName("jot demo")
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
            .setUpdateIntervalMillis(200)
            .clearDisplayOnFinish()
            .build());
  }

  void now(String part) {
    if (bar != null) {
      bar.setExtraMessage(part);
    }
  }

  void step(int steps) {
    if (bar != null) {
      bar.stepBy(steps);
    }
  }

  /** Prints a result. Without a terminal this is all there is to see of progress. */
  void say(PrintWriter text, String result) {
    if (bar != null) {
      System.err.print("\r\u001b[K"); // the bar draws itself again below
      System.err.flush();
    }
    text.println(result);
    text.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
