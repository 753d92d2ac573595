package jot.bench.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jot.bench.OutputFolder;
import jot.bench.solvers.Steps;
import org.jspecify.annotations.Nullable;

/** All tasks with one number of threads, and the processes for them. */
final class PeerRun {

  private static final int TURNS = 7;
  private static final int TURNS_QUICK = 3;
  private static final double TURN_SECONDS = 0.15;
  private static final double TURN_SECONDS_QUICK = 0.03;

  private final Settings settings;
  private final Suite suite;
  private final int threads;
  private final Scripts scripts;
  private final Report report;
  private final OutputFolder folder;
  private final Steps steps;

  /**
   * With whom, and how long.
   *
   * @param python null where there is none: jot runs alone
   * @param mostSolvers of a library that take part
   * @param maxSeconds that a peer's solve may take: its iterations are limited accordingly
   * @param patience seconds that an answer may take
   */
  record Settings(
      @Nullable String python,
      List<Library> libraries,
      int mostSolvers,
      double maxSeconds,
      double patience) {}

  PeerRun(
      Settings settings,
      Suite suite,
      int threads,
      Scripts scripts,
      Report report,
      OutputFolder folder,
      Steps steps) {
    this.settings = settings;
    this.suite = suite;
    this.threads = threads;
    this.scripts = scripts;
    this.report = report;
    this.folder = folder;
    this.steps = steps;
  }

  /** Runs them; what is measured is in the folder after each, however this ends. */
  void run() throws IOException {
    List<Contestant> contestants = new ArrayList<>();
    String pot = null;
    try {
      JotContestant jot = new JotContestant(settings.maxSeconds());
      contestants.add(jot);
      List<Task> tasks = suite.tasks(threads);
      if (!tasks.isEmpty()) {
        steps.now("warming up");
        warmUp(jot);
        start(contestants);
      }
      pot = version(contestants, Library.POT);
      Race race =
          new Race(
              contestants,
              suite.quick() ? TURNS_QUICK : TURNS,
              suite.quick() ? TURN_SECONDS_QUICK : TURN_SECONDS,
              report);
      for (Task task : tasks) {
        steps.now(task.toString());
        try (Problem problem = new Problem(task, scripts.folder())) {
          race.run(problem);
        }
        folder.fill(report::write);
        steps.step();
      }
    } finally {
      contestants.forEach(Contestant::close);
    }
    cold(pot);
  }

  /** Lets the compiler see everything of jot's: each solver is warmed up for a second. */
  private void warmUp(JotContestant jot) throws IOException {
    for (Work work : List.of(Work.SWEEP, Work.SOLVE, Work.BACKWARD)) {
      Task task = suite.warmUp(work, threads);
      try (Problem problem = new Problem(task, scripts.folder())) {
        jot.take(problem);
        for (String solver : jot.solvers()) {
          jot.prepare(solver, 0);
        }
        jot.close();
      } catch (PeerException e) {
        report.note("jot, " + task + ": " + e.getMessage());
      }
    }
  }

  private void cold(@Nullable String pot) throws IOException {
    String python = pot == null ? null : settings.python();
    ColdStart cold = new ColdStart(python, scripts, report, settings.patience());
    for (Task task : suite.cold(threads)) {
      steps.now(task.toString());
      cold.run(task, suite.quick() ? TURNS_QUICK : TURNS, pot == null ? "" : pot);
      folder.fill(report::write);
      steps.step();
    }
  }

  private void start(List<Contestant> contestants) {
    String python = settings.python();
    if (python == null) {
      return;
    }
    for (Library library : settings.libraries()) {
      steps.now("starting " + library.title());
      try {
        contestants.add(PythonContestant.start(python, scripts, library, threads, settings));
      } catch (PeerException e) {
        report.note(library.title() + ": " + e.getMessage());
      }
    }
  }

  private static @Nullable String version(List<Contestant> contestants, Library library) {
    return contestants.stream()
        .filter(contestant -> contestant.name().equals(library.title()))
        .map(Contestant::version)
        .findFirst()
        .orElse(null);
  }
}
