package jot.asynchronous;

import java.util.ArrayDeque;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;

/** Sparse operations that wait in the queue of an {@link AsynchronousSession}. */
final class AsynchronousGraph implements PlanGraph {
  private final PlanGraph own;
  private final ArrayDeque<Runnable> queue;

  AsynchronousGraph(PlanGraph own, ArrayDeque<Runnable> queue) {
    this.own = own;
    this.queue = queue;
  }

  @Override
  public void scan(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      boolean exact,
      Buffer entries,
      Buffer active) {
    queue.add(() -> own.scan(plan, rowSums, columnSums, exact, entries, active));
  }

  @Override
  public void product(Buffer rowSums, Buffer v, Buffer out, Buffer active) {
    queue.add(() -> own.product(rowSums, v, out, active));
  }

  @Override
  public void build(MatrixSource plan, Buffer rhs, Buffer kept, Buffer active) {
    queue.add(() -> own.build(plan, rhs, kept, active));
  }

  @Override
  public void apply(Buffer r, Buffer z, Buffer active) {
    queue.add(() -> own.apply(r, z, active));
  }

  @Override
  public long fill(int problem) {
    return own.fill(problem);
  }
}
