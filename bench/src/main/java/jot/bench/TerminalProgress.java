package jot.bench;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import jot.ProgressListener;

/**
 * One line on stderr that is overwritten while a solver works, and wiped at the end; nothing where
 * stderr is no terminal, so that a log stays clean.
 */
public final class TerminalProgress implements ProgressListener, AutoCloseable {

  private static final long EVERY_NANOS = 200_000_000;
  private static final String WIPE = "\r\u001b[K";

  private final boolean shown;
  private final PrintStream err = System.err;
  private long last = System.nanoTime();
  private boolean dirty;

  private TerminalProgress(boolean shown) {
    this.shown = shown;
  }

  static TerminalProgress start(boolean wanted) {
    return new TerminalProgress(wanted && stderrIsTerminal());
  }

  /** Whether stderr is a terminal. Java knows of stdin and stdout together only; Linux knows. */
  public static boolean stderrIsTerminal() {
    Path stderr = Path.of("/proc/self/fd/2");
    try {
      if (Files.isSymbolicLink(stderr)) {
        String target = Files.readSymbolicLink(stderr).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException e) {
      return false;
    }
    // null or not where there is no terminal: that has changed from JDK to JDK
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  @Override
  public synchronized void progress(int sweeps, double worstResidual, int problemsActive) {
    long now = System.nanoTime();
    if (!shown || now - last < EVERY_NANOS) {
      return;
    }
    last = now;
    dirty = true;
    err.printf(
        Locale.ROOT,
        WIPE + "%d iterations, residual %.2g, %d problem%s left",
        sweeps,
        worstResidual,
        problemsActive,
        problemsActive == 1 ? "" : "s");
    err.flush();
  }

  /** Wipes the line. */
  @Override
  public synchronized void close() {
    if (dirty) {
      err.print(WIPE);
      err.flush();
      dirty = false;
    }
  }
}
