package jot.gpu;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.spi.Session.Facts;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/** The operations of forward solvers: inspection, updates, sweeps, the semi-dual. */
final class SinkhornOps {
  private final Work work;
  private final boolean scalingByCublas;

  /**
   * Operations on a session's work.
   *
   * @param scalingByCublas whether cuBLAS multiplies in sweeps on kernels of F64; it has no product
   *     of an F32 matrix with F64 vectors
   */
  SinkhornOps(Work work, boolean scalingByCublas) {
    this.work = work;
    this.scalingByCublas = scalingByCublas;
  }

  void inspect(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer facts) {
    work.ready(cost);
    long rowMass = work.in(a);
    long columnMass = work.in(b);
    long alpha = work.out(rowAnchor);
    long beta = work.out(columnAnchor);
    long out = work.out(facts);
    long bad = work.room(Scratch.Use.ERRORS, work.chunks);
    long largest = work.room(Scratch.Use.EXTRA, work.chunks);
    long blocked = work.room(Scratch.Use.FLAGS, work.chunks);
    long low = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long high = work.room(Scratch.Use.MORE_PARTIALS, (long) work.chunks * work.n);
    CommandLog rows = work.put(work.rows(Kernel.INSPECT_ROWS), cost);
    rows.put(rowMass).put(columnMass).put(alpha).put(bad).put(largest).put(blocked);
    work.shape(rows);
    CommandLog columns = work.put(work.columns(Kernel.INSPECT_COLUMNS), cost);
    work.shape(columns.put(rowMass).put(alpha).put(low).put(high));
    if (Facts.COUNT != 6) {
      throw new IllegalStateException("inspect.cu writes six facts");
    }
    work.whole(Kernel.INSPECT_DECIDE)
        .put(rowMass)
        .put(columnMass)
        .put(bad)
        .put(largest)
        .put(blocked)
        .put(low)
        .put(high)
        .put((long) work.chunks)
        .put(alpha)
        .put(beta)
        .put(out)
        .put((long) work.m)
        .put((long) work.n)
        .done();
  }

  void rowUpdate(MatrixSource.Gibbs plan, Buffer a, @Nullable Buffer active) {
    work.ready(plan);
    long mass = work.in(a);
    long mask = work.mask(active);
    long f = work.inOut(plan.f());
    CommandLog rows = work.put(work.rows(Kernel.ROW_UPDATE), plan);
    work.shape(rows.put(f).put(mass).put(mask));
  }

  void columnUpdate(MatrixSource.Gibbs plan, Buffer b, @Nullable Buffer active) {
    columnUpdate(plan, work.in(b), 0, work.mask(active));
  }

  /**
   * The columns' potentials with the maximum taken out.
   *
   * @param totals sums that are good where they are not tiny, or 0 for none
   */
  private void columnUpdate(MatrixSource.Gibbs plan, long b, long totals, long mask) {
    work.ready(plan);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long tops = work.room(Scratch.Use.TOPS, work.n);
    long sums = work.room(Scratch.Use.SUMS, work.n);
    long g = work.inOut(plan.g());
    long epsilon = work.in(plan.epsilon());
    CommandLog first = work.put(work.columns(Kernel.COLUMN_TOPS), plan);
    work.shape(first.put(partials).put(0L).put(mask));
    masked(Kernel.COMBINE_MAX, partials, tops, mask);
    CommandLog second = work.put(work.columns(Kernel.COLUMN_SUMS), plan);
    work.shape(second.put(partials).put(tops).put(mask));
    masked(Kernel.COMBINE, partials, sums, mask);
    work.each(Kernel.COLUMN_POTENTIALS, work.n)
        .put(g)
        .put(epsilon)
        .put(b)
        .put(tops)
        .put(sums)
        .put(totals)
        .put(mask)
        .put((long) work.n)
        .put((long) work.batch)
        .done();
  }

  /** Combines vectors of n over the chunks, for the problems of a mask on the device. */
  private void masked(Kernel kernel, long partials, long out, long mask) {
    work.each(kernel, work.n)
        .put(partials)
        .put((long) work.chunks)
        .put((long) work.n)
        .put(out)
        .put(1.0)
        .put(0L)
        .put(0L)
        .put(mask)
        .put((long) work.batch)
        .done();
  }

  void sweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      @Nullable Buffer omega,
      @Nullable Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    work.ready(plan);
    long rowMass = work.in(a);
    long columnMass = work.in(b);
    long relaxation = work.inOrNull(omega);
    long error = columnError == null ? 0 : work.inOut(columnError);
    long mask = work.inOut(active);
    long next = work.room(Scratch.Use.NEXT, work.m);
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long errors = work.room(Scratch.Use.ERRORS, work.chunks);
    long going = work.room(Scratch.Use.GOING, 1);
    long totals = work.room(Scratch.Use.TOTALS, work.n);
    long redo = work.room(Scratch.Use.REDO, 1);
    long f = work.inOut(plan.f());
    long g = work.inOut(plan.g());
    long epsilon = work.in(plan.epsilon());
    CommandLog rows = work.put(work.rows(Kernel.SWEEP_ROWS), plan);
    rows.put(rowMass).put(next).put(partials).put(errors).put(relaxation).put(mask);
    work.shape(rows);
    long count = work.inOut(sweeps);
    decide(errors, work.chunks, error, threshold, residual, count, 0, mask, going);
    masked(Kernel.COMBINE, partials, totals, going);
    work.whole(Kernel.SWEEP_COLUMNS)
        .put(f)
        .put(g)
        .put(epsilon)
        .put(columnMass)
        .put(totals)
        .put(next)
        .put(relaxation)
        .put(error)
        .put(redo)
        .put(going)
        .put((long) work.m)
        .put((long) work.n)
        .done();
    columnUpdate(plan, columnMass, totals, redo);
  }

  private void decide(
      long errors,
      long chunks,
      long columnError,
      Buffer threshold,
      Buffer residual,
      long sweeps,
      long stale,
      long active,
      long going) {
    long bound = work.in(threshold);
    long out = work.inOut(residual);
    work.problems(Kernel.SWEEP_DECIDE)
        .put(errors)
        .put(chunks)
        .put(columnError)
        .put(bound)
        .put(out)
        .put(sweeps)
        .put(stale)
        .put(active)
        .put(going)
        .put((long) work.batch)
        .done();
  }

  void scalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      @Nullable Buffer omega,
      @Nullable Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    work.ready(kernel);
    double limit = Session.scalingLimit(kernel);
    long rowMass = work.in(a);
    long columnMass = work.in(b);
    long left = work.inOut(u);
    long right = work.inOut(v);
    long relaxation = work.inOrNull(omega);
    long error = columnError == null ? 0 : work.inOut(columnError);
    long mask = work.inOut(active);
    long count = work.inOut(sweeps);
    long old = work.inOut(stale);
    boolean library = scalingByCublas && kernel.values().dtype() == DType.F64;
    long chunks = library ? 1 : work.chunks;
    long next = work.room(Scratch.Use.NEXT, work.m);
    long errors = work.room(Scratch.Use.ERRORS, work.chunks);
    long unsafe = work.room(Scratch.Use.FLAGS, work.chunks);
    long going = work.room(Scratch.Use.GOING, 1);
    long totals = work.room(Scratch.Use.TOTALS, work.n);
    if (library) {
      work.queue.vendor().openBlas();
      long matrix = CudaBuffer.of(kernel.values()).address;
      long products = work.room(Scratch.Use.PRODUCTS, work.m);
      long scales = work.room(Scratch.Use.SCALES, work.m);
      int m = work.m;
      int n = work.n;
      Blas.gemv(work.queue.log(), true, n, m, matrix, n, right, products, work.batch);
      work.whole(Kernel.SCALING_SUMS)
          .put(products)
          .put(rowMass)
          .put(left)
          .put(next)
          .put(scales)
          .put(errors)
          .put(unsafe)
          .put(limit)
          .put(relaxation)
          .put(mask)
          .put((long) m)
          .done();
      decide(errors, chunks, error, threshold, residual, 0, old, mask, going);
      Blas.gemv(work.queue.log(), false, n, m, matrix, n, scales, totals, work.batch);
    } else {
      long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
      CommandLog rows = work.put(work.rows(Kernel.SCALING_ROWS), kernel);
      rows.put(rowMass).put(left).put(right).put(next);
      work.shape(rows.put(partials).put(errors).put(unsafe).put(limit).put(relaxation).put(mask));
      decide(errors, chunks, error, threshold, residual, 0, old, mask, going);
      masked(Kernel.COMBINE, partials, totals, going);
    }
    work.whole(Kernel.SCALING_COLUMNS)
        .put(left)
        .put(right)
        .put(columnMass)
        .put(totals)
        .put(next)
        .put(unsafe)
        .put(chunks)
        .put(limit)
        .put(relaxation)
        .put(error)
        .put(count)
        .put(old)
        .put(going)
        .put((long) work.m)
        .put((long) work.n)
        .done();
  }

  void semidual(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer columnSums,
      Buffer value,
      Buffer residual,
      @Nullable Buffer stored,
      @Nullable Buffer active) {
    work.ready(plan);
    long rowMass = work.in(a);
    long columnMass = work.in(b);
    long mask = work.mask(active);
    long sums = work.out(columnSums, active);
    long dual = work.out(value, active);
    long error = work.out(residual, active);
    long matrix = stored == null ? 0 : work.out(stored, active);
    long f = work.inOut(plan.f());
    long g = work.in(plan.g());
    long partials = work.room(Scratch.Use.PARTIALS, (long) work.chunks * work.n);
    long duals = work.room(Scratch.Use.ERRORS, work.chunks);
    CommandLog rows = work.put(work.rows(Kernel.SEMIDUAL_ROWS), plan);
    rows.put(f).put(rowMass).put(partials).put(duals).put(matrix).put(mask);
    work.shape(rows);
    masked(Kernel.COMBINE, partials, sums, mask);
    work.whole(Kernel.SEMIDUAL_COLUMNS)
        .put(g)
        .put(columnMass)
        .put(sums)
        .put(duals)
        .put((long) work.chunks)
        .put(dual)
        .put(error)
        .put(mask)
        .put((long) work.n)
        .done();
  }
}
