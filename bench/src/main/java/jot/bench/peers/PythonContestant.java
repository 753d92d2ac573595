package jot.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jot.tensor.Npy;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A library in a Python process of its own, which takes the times. */
final class PythonContestant implements Contestant {

  private final Library library;
  private final Conversation conversation;
  private final Path folder;
  private final String version;
  private final PeerRun.Settings settings;
  private @Nullable Problem problem;
  private int prepared;

  private PythonContestant(
      Library library,
      Conversation conversation,
      Path folder,
      String version,
      PeerRun.Settings settings) {
    this.library = library;
    this.conversation = conversation;
    this.folder = folder;
    this.version = version;
    this.settings = settings;
  }

  /**
   * Starts Python and lets it import the library.
   *
   * @throws PeerException when the library is not there
   */
  static PythonContestant start(
      String python, Scripts scripts, Library library, int threads, PeerRun.Settings settings)
      throws PeerException {
    List<String> command =
        List.of(
            python,
            scripts.file("driver.py").toString(),
            library.script(),
            String.valueOf(threads));
    Path log = scripts.file(library.script() + ".log");
    Conversation conversation =
        Conversation.start(command, PythonSettings.of(threads), log, settings.patience());
    try {
      String version = String.join(" ", conversation.answer("ready"));
      return new PythonContestant(library, conversation, scripts.folder(), version, settings);
    } catch (PeerException e) {
      conversation.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return library.title();
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public void take(Problem next) throws PeerException {
    problem = null;
    conversation.ask(Map.of("do", "forget"), "ok");
    conversation.ask(next.request(), "ok");
    problem = next;
  }

  private Task task() {
    if (problem == null) {
      throw new IllegalStateException("no problem was taken");
    }
    return problem.task();
  }

  @Override
  public List<String> solvers() throws PeerException {
    Task task = task();
    List<String> solvers =
        conversation.ask(
            Map.of(
                "do", "solvers",
                "work", task.work().label(),
                "batch", task.batch(),
                "dtype", task.precision()),
            "solvers");
    return solvers.subList(0, Math.min(solvers.size(), settings.mostSolvers()));
  }

  @Override
  public Prepared prepare(String solver, int iterations) throws PeerException {
    Task task = task();
    int id = prepared++;
    List<String> answer =
        conversation.ask(
            Map.of(
                "do",
                "prepare",
                "id",
                id,
                "work",
                task.work().label(),
                "solver",
                solver,
                "tolerance",
                task.tolerance(),
                "iterations",
                iterations,
                "max_seconds",
                settings.maxSeconds()),
            "prepared");
    double[] numbers = numbers(answer);
    if (numbers.length != 2) {
      throw PeerException.failed("expected two numbers when prepared, received " + answer);
    }
    return new InPython(id, numbers[0], (int) numbers[1]);
  }

  private static double[] numbers(List<String> words) throws PeerException {
    try {
      return words.stream().mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw PeerException.failed("expected numbers, received " + words);
    }
  }

  @Override
  public void close() {
    conversation.close();
  }

  private final class InPython implements Prepared {
    private final int id;
    private final double seconds;
    private final int iterations;

    InPython(int id, double seconds, int iterations) {
      this.id = id;
      this.seconds = seconds;
      this.iterations = iterations;
    }

    @Override
    public double seconds() {
      return seconds;
    }

    @Override
    public int iterations() {
      return iterations;
    }

    @Override
    public double[] turn(double budget) throws PeerException {
      double[] times =
          numbers(conversation.ask(Map.of("do", "run", "id", id, "seconds", budget), "times"));
      if (times.length == 0) {
        throw PeerException.failed("expected times, received none");
      }
      return times;
    }

    @Override
    public Tensor result(Arena arena) throws PeerException {
      Path file = folder.resolve(library.script() + "-" + id + ".npy");
      conversation.ask(Map.of("do", "result", "id", id, "file", file.toString()), "ok");
      try {
        Tensor tensor = Npy.read(file, arena);
        Task task = task();
        if (tensor.batch() != task.batch()
            || tensor.rows() != task.n()
            || tensor.cols() != task.n()) {
          throw PeerException.failed("its answer has the shape " + tensor.shape());
        }
        java.nio.file.Files.delete(file); // the mapping keeps the numbers
        return tensor;
      } catch (IOException e) {
        throw PeerException.failed("its answer cannot be read: " + e.getMessage());
      }
    }
  }
}
