package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.spi.Buffer;
import jot.spi.Cholesky;
import jot.spi.MatrixSource;
import jot.tensor.DType;

/**
 * {@link Cholesky} by cuBLAS and cuSOLVER: with T = diag(r)^−½ P, as dgmm makes it, syrk gives the
 * weights of −TᵀT, and a kernel sets the diagonal and grounds a column; then potrf and potrs. Small
 * systems of a batch are factorised by one call and large ones one by one. The size of a system
 * decides, never that of the batch.
 *
 * <p>Problems that a mask leaves out are worked on too, in memory that nobody looks at.
 */
final class CholeskyOps implements Cholesky {
  /** Unknowns up to which all problems of a batch are factorised by one call. */
  static final int BATCHED = 128;

  private final Work work;
  private final PlanOps plans;
  private final VectorOps vectors;
  private final boolean batched;
  private boolean prepared;
  private long pointers;
  private long sides;
  private long workspace;
  private int workspaceNumbers;

  /** Makes the handles, where the session's queue has none. */
  CholeskyOps(Work work, PlanOps plans, VectorOps vectors) {
    this.work = work;
    this.plans = plans;
    this.vectors = vectors;
    batched = work.n <= BATCHED;
    work.queue.vendor().openBlas();
    work.queue.vendor().openFactors();
  }

  private long factor() {
    return work.room(Scratch.Use.FACTOR, (long) work.n * work.n);
  }

  private long side() {
    return work.room(Scratch.Use.SIDE, work.n);
  }

  private long infos() {
    return work.room(Scratch.Use.INFOS, 1);
  }

  private long matrix(int problem) {
    return factor() + (long) problem * work.n * work.n * Double.BYTES;
  }

  /** Memory that cuSOLVER needs, once for all factors to come: none of it moves. */
  private void prepare() {
    if (prepared) {
      return;
    }
    if (batched) {
      pointers = addresses(Scratch.Use.POINTERS, factor(), (long) work.n * work.n);
      sides = addresses(Scratch.Use.SIDE_POINTERS, side(), work.n);
    } else {
      workspaceNumbers = work.queue.vendor().openFactors().workspace(work.n, factor());
      workspace = work.shared(Scratch.Use.WORKSPACE, Math.max(1, workspaceNumbers));
    }
    prepared = true;
  }

  /** The addresses of what the problems have, on the device. */
  private long addresses(Scratch.Use use, long first, long numbers) {
    long to = work.room(use, 1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(ValueLayout.JAVA_LONG, work.batch);
      for (int problem = 0; problem < work.batch; problem++) {
        list.setAtIndex(ValueLayout.JAVA_LONG, problem, first + problem * numbers * Double.BYTES);
      }
      work.queue.upload(list, to, list.byteSize());
    }
    return to;
  }

  /** The plan's entries, where they are or made from potentials. */
  private long entries(MatrixSource plan, long mask) {
    if (plan instanceof MatrixSource.Stored stored && stored.values().dtype() == DType.F64) {
      return CudaBuffer.of(stored.values()).address;
    }
    long entries = work.room(Scratch.Use.PLAN, (long) work.m * work.n);
    plans.materialise(plan, entries, 0, mask);
    return entries;
  }

  @Override
  public void factorise(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer diagonal,
      Buffer failed,
      Buffer active) {
    prepare();
    work.ready(plan);
    long rows = work.in(rowSums);
    long columns = work.in(columnSums);
    long middle = work.in(diagonal);
    long mask = work.mask(active);
    long out = work.out(failed, active);
    int m = work.m;
    int n = work.n;
    long roots = work.room(Scratch.Use.ROOTS, m);
    long scaled = work.shared(Scratch.Use.SCALED, (long) m * n);
    long keep = work.room(Scratch.Use.KEEP, n);
    long entries = entries(plan, mask);
    work.each(Kernel.INVERSE_ROOTS, m)
        .put(rows)
        .put(roots)
        .put((long) m)
        .put((long) work.batch)
        .done();
    for (int problem = 0; problem < work.batch; problem++) {
      long from = entries + (long) problem * m * n * Double.BYTES;
      long by = roots + (long) problem * m * Double.BYTES;
      Blas.scale(work.queue.log(), n, m, from, n, by, scaled);
      Blas.negativeSquare(work.queue.log(), n, m, scaled, n, matrix(problem));
    }
    work.whole(Kernel.GROUND)
        .put(factor())
        .put(columns)
        .put(middle)
        .put(keep)
        .put(mask)
        .put((long) n)
        .done();
    if (batched) {
      Factors.factoriseAll(work.queue.log(), n, pointers, infos(), work.batch);
    } else {
      for (int problem = 0; problem < work.batch; problem++) {
        long info = infos() + (long) problem * Integer.BYTES;
        Factors.factorise(work.queue.log(), n, matrix(problem), workspace, workspaceNumbers, info);
      }
    }
    work.problems(Kernel.BREAKDOWNS).put(infos()).put(out).put(mask).put((long) work.batch).done();
  }

  @Override
  public void solve(Buffer rhs, Buffer y, Buffer active) {
    if (!prepared) {
      throw new IllegalStateException("solve: nothing is factorised yet");
    }
    long from = work.in(rhs);
    long mask = work.mask(active);
    long out = work.out(y, active);
    int n = work.n;
    long side = side();
    long status = work.room(Scratch.Use.SOLVE_INFOS, 1);
    long keep = work.room(Scratch.Use.KEEP, n);
    work.each(Kernel.GROUNDED, n)
        .put(from)
        .put(keep)
        .put(side)
        .put((long) n)
        .put((long) work.batch)
        .done();
    if (batched) {
      Factors.solveAll(work.queue.log(), n, pointers, sides, status, work.batch);
    } else {
      for (int problem = 0; problem < work.batch; problem++) {
        long vector = side + (long) problem * n * Double.BYTES;
        Factors.solve(work.queue.log(), n, matrix(problem), vector, status);
      }
    }
    vectors.convert(side, 0, out, 0, mask, n);
  }
}
