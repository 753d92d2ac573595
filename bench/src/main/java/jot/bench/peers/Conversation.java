package jot.bench.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jot.bench.Json;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a process and its answers, a line each; {@code driver.py} says which there are. A
 * process that does not answer in time is ended. Not thread-safe.
 */
final class Conversation implements AutoCloseable {

  private static final int SECONDS_TO_LEAVE = 2;

  /** What the reader passes on when there will be no more lines. */
  private static final String END = "\n";

  private final Process process;
  private final Writer requests;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Path log;
  private final double patience;

  private Conversation(Process process, Path log, double patience) {
    this.process = process;
    this.log = log;
    this.patience = patience;
    requests = new BufferedWriter(process.outputWriter(StandardCharsets.UTF_8));
    Thread.ofPlatform().daemon().name("jot-bench-answers").start(this::listen);
  }

  /**
   * Starts a process.
   *
   * @param log file for its stderr
   * @param patience seconds that an answer may take
   */
  static Conversation start(
      List<String> command, Map<String, String> environment, Path log, double patience)
      throws PeerException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    try {
      return new Conversation(builder.start(), log, patience);
    } catch (IOException e) {
      throw PeerException.gone("cannot be started: " + e.getMessage());
    }
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        answers.add(line);
        line = lines.readLine();
      }
    } catch (IOException e) {
      // as at its end: the process is gone
    }
    answers.add(END);
  }

  /** Sends a request and waits for the answer: what stands behind the word that is expected. */
  List<String> ask(Map<String, ? extends @Nullable Object> request, String expected)
      throws PeerException {
    try {
      requests.write(Json.line(request));
      requests.write('\n');
      requests.flush();
    } catch (IOException e) {
      throw dead();
    }
    return answer(expected);
  }

  /** Waits for an answer to no request. */
  List<String> answer(String expected) throws PeerException {
    String line;
    try {
      line = answers.poll((long) (1000 * patience), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw end("interrupted");
    }
    if (line == null) {
      throw end(String.format("no answer for %.0f s, so its process was ended", patience));
    }
    if (line.equals(END)) {
      throw dead();
    }
    List<String> words = List.of(line.split("\t", -1));
    if (words.get(0).equals("failed") && words.size() > 1) {
      throw PeerException.failed(words.get(1));
    }
    if (words.get(0).equals("missing") && words.size() > 1) {
      throw end("cannot be imported: " + words.get(1));
    }
    if (!words.get(0).equals(expected)) {
      throw end("expected the answer '" + expected + "', received '" + line + "'");
    }
    return words.subList(1, words.size());
  }

  private PeerException dead() {
    String end = "";
    try {
      if (process.waitFor(SECONDS_TO_LEAVE, TimeUnit.SECONDS)) {
        end = " with exit code " + process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return end("its process ended" + end + lastWords());
  }

  private String lastWords() {
    try (var lines = Files.lines(log)) {
      return lines
          .filter(line -> !line.isBlank())
          .reduce((first, second) -> second)
          .map(line -> ": " + line.strip())
          .orElse("");
    } catch (IOException | RuntimeException e) { // no log, or no text
      return "";
    }
  }

  private PeerException end(String reason) {
    process.destroyForcibly();
    return PeerException.gone(reason);
  }

  /** Closes the process's stdin, which asks it to leave, and ends it if it does not. */
  @Override
  public void close() {
    try {
      requests.close();
      if (process.waitFor(SECONDS_TO_LEAVE, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException e) {
      // it is gone already
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
