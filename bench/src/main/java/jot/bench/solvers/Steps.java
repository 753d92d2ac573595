package jot.bench.solvers;

import java.io.PrintWriter;
import jot.bench.TerminalProgress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far a benchmark is: a bar on stderr where that is a terminal, else a line a step. */
public final class Steps implements AutoCloseable {

  private static final int WIDTH = 100;

  private final @Nullable ProgressBar bar;
  private final PrintWriter err;
  private final int count;
  private int done;

  private Steps(@Nullable ProgressBar bar, PrintWriter err, int count) {
    this.bar = bar;
    this.err = err;
    this.count = count;
  }

  /** Begins; so many steps are to come. */
  public static Steps start(int count, PrintWriter err) {
    if (!TerminalProgress.stderrIsTerminal()) {
      return new Steps(null, err, count);
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("jot bench")
            .setInitialMax(count)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
            .setUpdateIntervalMillis(200)
            .clearDisplayOnFinish()
            .build();
    return new Steps(bar, err, count);
  }

  /** What is being done now. */
  public void now(String what) {
    if (bar == null) {
      err.printf("%d of %d: %s%n", done + 1, count, what);
      err.flush();
    } else {
      bar.setExtraMessage(what);
    }
  }

  /** A step is done. */
  public void step() {
    done++;
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
