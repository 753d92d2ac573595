package jot.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jot.Gradients;
import jot.Solution;
import jot.tensor.Npy;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What {@code jot solve} writes. Files have the dimensions that the cost's file had; the report's
 * figures are numbers for (m, n) and arrays, one entry per problem, for (batch, m, n).
 *
 * @param solution the answer
 * @param gradients its gradients, where some were asked for
 * @param batched whether the cost's file had three dimensions
 * @param secondsForward time of the forward pass
 * @param secondsBackward time of the backward pass; NaN without one
 */
record SolveResults(
    Solution solution,
    @Nullable Gradients gradients,
    boolean batched,
    double secondsForward,
    double secondsBackward) {

  void write(Path folder) throws IOException {
    matrix(folder.resolve("plan.npy"), solution.plan());
    vector(folder.resolve("f.npy"), solution.f());
    vector(folder.resolve("g.npy"), solution.g());
    if (gradients != null) {
      matrix(folder.resolve("grad_cost.npy"), gradients.cost());
      vector(folder.resolve("grad_a.npy"), gradients.a());
      vector(folder.resolve("grad_b.npy"), gradients.b());
    }
    Files.writeString(folder.resolve("report.json"), Json.text(report()));
  }

  Map<String, @Nullable Object> report() {
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("status", solution.status().name());
    report.put("message", message());
    report.put("solver", solvers(solution));
    report.put("solver_reason", solution.solverReason());
    report.put("linear_solver", linearSolvers());
    report.put("backend", solution.backend());
    report.put("iterations", figure(solution::iterations));
    report.put("residual_l1", figure(solution::residual));
    report.put("sharp_cost", figure(solution::sharpCost));
    report.put("entropic_cost", figure(solution::entropicCost));
    report.put("kl_cost", figure(solution::klCost));
    report.put("seconds_forward", secondsForward);
    report.put("seconds_backward", secondsBackward);
    Gradients asked = gradients;
    if (asked != null) {
      report.put("grad_mass", figure(asked::mass));
      report.put("grad_epsilon", figure(asked::epsilon));
      report.put("grad_status", asked.status().name());
      report.put("grad_message", asked.status().message());
      report.put("grad_residual", figure(asked::residual));
      // null where there is no estimate
      report.put("grad_cost_error", figure(k -> asked.costError(k).orElse(Double.NaN)));
      report.put("linear_status", figure(k -> asked.status(k).name()));
      report.put("linear_steps", figure(asked::steps));
    }
    return report;
  }

  /** The solver that ran; where problems of a batch had different ones, all of them. */
  static String solvers(Solution solution) {
    return distinct(solution.batch(), solution::solver);
  }

  private String linearSolvers() {
    return gradients == null ? "none" : distinct(solution.batch(), gradients::linearSolver);
  }

  private static String distinct(int batch, IntFunction<String> name) {
    return IntStream.range(0, batch)
        .mapToObj(name)
        .distinct()
        .sorted()
        .collect(Collectors.joining("+"));
  }

  /** The worst problem's message; of a batch it also says which problems it speaks of. */
  private String message() {
    String message = solution.status().message();
    if (solution.converged() || solution.batch() == 1) {
      return message;
    }
    StringBuilder which = new StringBuilder();
    for (int k = 0; k < solution.batch(); k++) {
      if (!solution.status(k).converged()) {
        which.append(which.isEmpty() ? "problem " : ", ").append(k);
        which.append(' ').append(solution.status(k).name());
      }
    }
    return which + ": " + message;
  }

  private Object figure(IntFunction<? extends Object> ofProblem) {
    return batched
        ? IntStream.range(0, solution.batch()).<Object>mapToObj(ofProblem).toList()
        : ofProblem.apply(0);
  }

  private void matrix(Path file, Tensor t) throws IOException {
    Npy.write(file, t, batched ? 3 : 2);
  }

  private void vector(Path file, Tensor t) throws IOException {
    int count = Math.toIntExact(t.shape().problemElements());
    Npy.write(file, t.reshape(Shape.matrix(t.batch(), count)), batched ? 2 : 1);
  }
}
