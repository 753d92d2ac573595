package jot.bench;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import jot.Problem;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What {@code jot solve} reads. Whether files, types and shapes are right is found out here, where
 * the dimensions in the files are known; whether values are right is the library's to say.
 *
 * @param problem what to solve
 * @param planGradient derivative of the loss by the plan, where one was given
 * @param batched whether the cost came with three dimensions: so shall the results
 * @param costBytes of the cost's elements in the file
 */
record SolveInputs(
    Problem problem, @Nullable Tensor planGradient, boolean batched, long costBytes) {

  static SolveInputs read(SolveCommand command, Arena arena) {
    InputFile cost = InputFile.read("--cost", command.cost, arena);
    if (cost.dimensions() == 1) {
      throw cost.wrongShape("(m, n) or (batch, m, n)", "reshape it");
    }
    Shape shape = cost.tensor().shape();
    requireEpsilons(command.epsilon, shape.batch());
    DType dtype = command.dtype == null ? cost.tensor().dtype() : command.dtype;
    Problem problem = Problem.of(cost.as(dtype, arena)).epsilon(command.epsilon(shape.batch()));
    if (command.a != null) {
      InputFile a = InputFile.read("--a", command.a, arena);
      problem = problem.rowWeights(a.weights(shape.batch(), shape.rows(), "rows"));
    }
    if (command.b != null) {
      InputFile b = InputFile.read("--b", command.b, arena);
      problem = problem.columnWeights(b.weights(shape.batch(), shape.cols(), "columns"));
    }
    return new SolveInputs(
        problem,
        planGradient(command, cost, arena),
        cost.dimensions() == 3,
        cost.tensor().segment().byteSize());
  }

  private static @Nullable Tensor planGradient(SolveCommand command, InputFile cost, Arena arena) {
    Path file = command.loss == null ? null : command.loss.planGradient;
    if (file == null) {
      return null;
    }
    InputFile gradient = InputFile.read("--plan-gradient", file, arena);
    if (gradient.dimensions() != cost.dimensions()
        || !gradient.tensor().shape().equals(cost.tensor().shape())) {
      throw gradient.wrongShape(cost.shape() + " of --cost", "give one number for each pair");
    }
    return gradient.requireFinite().tensor();
  }

  private static void requireEpsilons(double[] epsilon, int batch) {
    if (epsilon.length != 1 && epsilon.length != batch) {
      throw new BadInputException(
          "--epsilon: expected %s, received %d: give one, or one per problem"
              .formatted(batch == 1 ? "one number" : "1 or " + batch + " numbers", epsilon.length));
    }
    for (double e : epsilon) {
      if (!(e > 0) || Double.isInfinite(e)) {
        throw new BadInputException(
            "--epsilon: expected a finite number above 0, received %s: 0.01 of the cost's range is"
                    .formatted(e)
                + " a good start");
      }
    }
  }
}
