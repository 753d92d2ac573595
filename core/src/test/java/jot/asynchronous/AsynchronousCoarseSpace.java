package jot.asynchronous;

import java.util.ArrayDeque;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;

/** A coarse space whose work waits in the queue of an {@link AsynchronousSession}. */
final class AsynchronousCoarseSpace implements CoarseSpace {
  private final CoarseSpace own;
  private final ArrayDeque<Runnable> queue;

  AsynchronousCoarseSpace(CoarseSpace own, ArrayDeque<Runnable> queue) {
    this.own = own;
    this.queue = queue;
  }

  @Override
  public void build(
      MatrixSource plan, Buffer rowSums, Buffer columnSums, Buffer anchor, Buffer active) {
    queue.add(() -> own.build(plan, rowSums, columnSums, anchor, active));
  }

  @Override
  public void add(Buffer r, Buffer z, Buffer active) {
    queue.add(() -> own.add(r, z, active));
  }
}
