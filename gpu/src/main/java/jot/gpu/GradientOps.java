package jot.gpu;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** The operations of backward passes that end in gradients, and their sensitivities. */
final class GradientOps {
  private final Work work;

  GradientOps(Work work) {
    this.work = work;
  }

  void costGradient(
      MatrixSource.LogPlan log,
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      Buffer anchor,
      Buffer level,
      Buffer x,
      Buffer y,
      double addPlan,
      @Nullable Buffer out,
      @Nullable Buffer pointsX,
      @Nullable Buffer pointsY,
      Buffer epsilonDerivative,
      @Nullable Buffer active) {
    work.ready(log);
    work.ready(g);
    long cotangent = work.inOrNull(rowCotangent);
    long tops = work.in(anchor);
    long levels = work.in(level);
    long rows = work.in(x);
    long columns = work.in(y);
    long matrix = out == null ? 0 : work.out(out, active);
    long narrow = out == null ? 0 : CudaBuffer.of(out).narrow();
    long onX = pointsX == null ? 0 : work.out(pointsX, active);
    long width = pointsY == null ? 0 : CudaBuffer.of(pointsY).size();
    long onY = pointsY == null ? 0 : work.out(pointsY, active);
    long pull = pointsY == null ? 0 : work.room(Scratch.Use.POINTS, work.chunks * width);
    long along = work.room(Scratch.Use.ERRORS, work.chunks);
    long derivative = work.out(epsilonDerivative, active);
    long mask = work.mask(active);
    CommandLog command = work.put(work.put(work.rows(Kernel.COST_GRADIENT), log.plan()), g);
    command.put(cotangent).put(tops).put(levels).put(rows).put(columns).put(addPlan);
    work.shape(command.put(matrix).put(narrow).put(onX).put(pull).put(along).put(mask));
    work.combine(along, 1, derivative, active);
    if (pointsY != null) {
      work.combine(Kernel.COMBINE, pull, width, onY, 2, 0, 0, active);
    }
  }

  void oneSided(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y) {
    work.ready(plan);
    work.ready(g);
    long rowMass = work.in(a);
    long columnMass = work.in(b);
    long rows = work.inOut(x);
    long columns = work.inOut(y);
    CommandLog first = work.put(work.put(work.rows(Kernel.EMPTY_ROWS), plan), g);
    work.shape(first.put(rowMass).put(columnMass).put(rows).put(columns));
    CommandLog second = work.put(work.put(work.whole(Kernel.EMPTY_COLUMNS), plan), g);
    work.shape(second.put(rowMass).put(columnMass).put(rows).put(columns));
  }

  void sensitivity(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer rowSums,
      Buffer columnSums) {
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long rows = work.out(rowSums);
    long columns = work.out(columnSums);
    CommandLog log =
        sensitivity(Kernel.SENSITIVITY_SUMS, plan, g, x, y, rowChange, columnChange, null, null);
    work.shape(log.put(rows).put(partials));
    work.combine(partials, work.n, columns, null);
  }

  void sensitivityNorm(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer s,
      Buffer t,
      Buffer norm) {
    long partials = work.room(Scratch.Use.ERRORS, work.chunks);
    long out = work.out(norm);
    CommandLog log =
        sensitivity(Kernel.SENSITIVITY_NORM, plan, g, x, y, rowChange, columnChange, s, t);
    work.shape(log.put(0L).put(partials));
    work.combine(Kernel.COMBINE_MAX, partials, 1, out, 1, 0, 0, null);
  }

  private CommandLog sensitivity(
      Kernel kernel,
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      @Nullable Buffer s,
      @Nullable Buffer t) {
    work.ready(plan);
    work.ready(g);
    long rows = work.in(x);
    long columns = work.in(y);
    long changeOfRows = work.in(rowChange);
    long changeOfColumns = work.in(columnChange);
    long answerOfRows = work.inOrNull(s);
    long answerOfColumns = work.inOrNull(t);
    return work.put(work.put(work.rows(kernel), plan), g)
        .put(rows)
        .put(columns)
        .put(changeOfRows)
        .put(changeOfColumns)
        .put(answerOfRows)
        .put(answerOfColumns);
  }

  void adjointSweep(
      MatrixSource.LogPlan log,
      Buffer w,
      Buffer z,
      Buffer costGradient,
      Buffer rowSum,
      Buffer columnSum,
      Buffer epsilonDerivative) {
    work.ready(log);
    long rows = work.in(w);
    long columns = work.in(z);
    long matrix = work.inOut(costGradient);
    long rowOut = work.out(rowSum);
    long columnOut = work.out(columnSum);
    long derivative = work.inOut(epsilonDerivative);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long along = work.room(Scratch.Use.ERRORS, work.chunks);
    CommandLog command = work.put(work.rows(Kernel.ADJOINT_SWEEP), log.plan());
    command.put(rows).put(columns).put(matrix).put(rowOut).put(partials).put(along);
    work.shape(command);
    work.combine(partials, work.n, columnOut, null);
    work.combine(Kernel.COMBINE_ADD, along, 1, derivative, 1, 0, 0, null);
  }
}
