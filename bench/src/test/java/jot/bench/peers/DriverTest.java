package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Python side of the protocol, with a library and a problem that need no numpy. */
class DriverTest {

  /** Its residual is ten times its threshold, as of a library with a norm of its own. */
  private static final String LIBRARY =
      """
      import time

      class Peer:
          version = "9.9 (of a test)"

          def __init__(self, threads):
              print("what libraries print must not be taken for an answer")

          def solvers(self, work, batch, dtype):
              return [work, str(batch), dtype]

          def trial_iterations(self, name):
              return 3

          def first_threshold(self, tolerance, problem):
              return tolerance

          def solver(self, name, problem):
              if name == "broken":
                  raise ValueError("not\\n  today")

              def run(threshold, iterations):
                  return 10 * threshold, iterations if threshold == 0 else 5

              return run

          def backward(self, name, problem, tolerance):
              return lambda: (tolerance, -1)

          def to_numpy(self, answer):
              return answer
      """;

  private static final String PROBLEM =
      """
      class Problem:
          def __init__(self, request):
              self.epsilon = request["epsilon"]

          def residual(self, plan):
              return plan
      """;

  private Scripts scripts;
  private Conversation driver;

  @BeforeEach
  void unpack() throws Exception {
    scripts = Scripts.unpack();
    Files.writeString(scripts.file("peer_pot.py"), LIBRARY);
    Files.writeString(scripts.file("problem.py"), PROBLEM);
  }

  private Conversation driver(String library) throws PeerException {
    Optional<String> python = Python.find(null);
    assumeTrue(python.isPresent(), "no python3 here");
    return Conversation.start(
        List.of(python.get(), scripts.file("driver.py").toString(), library, "1"),
        Map.of(),
        scripts.file("log"),
        60);
  }

  @AfterEach
  void end() {
    if (driver != null) {
      driver.close();
    }
    if (scripts != null) {
      scripts.close();
    }
  }

  private List<String> start() throws Exception {
    driver = driver("pot");
    return driver.answer("ready");
  }

  private List<String> prepare(String work, String solver, int iterations) throws Exception {
    return driver.ask(
        Map.of(
            "do",
            "prepare",
            "id",
            1,
            "work",
            work,
            "solver",
            solver,
            "tolerance",
            1e-6,
            "iterations",
            iterations,
            "max_seconds",
            5.0),
        "prepared");
  }

  @Test
  void every_library_has_its_script_and_nothing_is_left_behind() {
    for (Library library : Library.values()) {
      assertThat(scripts.file("peer_" + library.script() + ".py")).isNotEmptyFile();
    }
    assertThat(scripts.file("driver.py")).isNotEmptyFile();
    scripts.close();
    assertThat(scripts.folder()).doesNotExist();
  }

  @Test
  void a_library_says_its_version_and_solvers() throws Exception {
    assertThat(start()).containsExactly("9.9 (of a test)");
    assertThat(
            driver.ask(
                Map.of("do", "solvers", "work", "sweep", "batch", 4, "dtype", "f32"), "solvers"))
        .containsExactly("sweep", "4", "f32");
  }

  @Test
  void the_threshold_is_lowered_until_the_plan_meets_the_tolerance() throws Exception {
    start();
    driver.ask(Map.of("do", "problem", "epsilon", 0.1), "ok");
    assertThat(prepare("solve", "plain", 0).get(1)).isEqualTo("5");
    List<String> times = driver.ask(Map.of("do", "run", "id", 1, "seconds", 0.01), "times");
    assertThat(times).isNotEmpty().allSatisfy(t -> assertThat(Double.parseDouble(t)).isPositive());
  }

  @Test
  void iterations_asked_for_are_done() throws Exception {
    start();
    driver.ask(Map.of("do", "problem", "epsilon", 0.1), "ok");
    assertThat(prepare("sweep", "plain", 17).get(1)).isEqualTo("17");
    assertThat(prepare("backward", "plain", 0).get(1)).isEqualTo("-1");
  }

  @Test
  void a_request_that_fails_does_not_end_it() throws Exception {
    start();
    driver.ask(Map.of("do", "problem", "epsilon", 0.1), "ok");
    assertThatThrownBy(() -> prepare("solve", "broken", 0))
        .isInstanceOf(PeerException.class)
        .hasMessage("ValueError: not today")
        .matches(e -> !((PeerException) e).isGone());
    assertThatThrownBy(() -> driver.ask(Map.of("do", "dance"), "ok"))
        .hasMessageContaining("do_dance");
    assertThat(prepare("sweep", "plain", 3).get(1)).isEqualTo("3");
    assertThat(driver.ask(Map.of("do", "forget"), "ok")).isEmpty();
  }

  @Test
  void a_library_that_is_not_there_is_named() throws Exception {
    Files.writeString(scripts.file("peer_ott.py"), "import surely_not_installed\n");
    try (Conversation other = driver("ott")) {
      assertThatThrownBy(() -> other.answer("ready"))
          .hasMessageContaining("No module named 'surely_not_installed'")
          .matches(e -> ((PeerException) e).isGone());
    }
  }
}
