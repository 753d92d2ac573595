package jot.solve;

import jot.spi.Buffer;
import jot.spi.Session;

/**
 * The last few steps s of each problem with what came of them, y: the newest at index 0. A problem
 * that has fewer holds zeros, which count for nothing in a quotient of dot products.
 */
final class Pairs {
  private final Session session;
  private final Buffer[] steps;
  private final Buffer[] changes;
  private final Buffer[] products;

  Pairs(Session session, int memory) {
    this.session = session;
    steps = new Buffer[memory];
    changes = new Buffer[memory];
    products = new Buffer[memory];
    for (int k = 0; k < memory; k++) {
      steps[k] = session.vector(session.columns());
      changes[k] = session.vector(session.columns());
      products[k] = session.scalar();
    }
  }

  int memory() {
    return steps.length;
  }

  Buffer step(int k) {
    return steps[k];
  }

  Buffer change(int k) {
    return changes[k];
  }

  /** A scalar that goes with a pair: its sᵀy or yᵀy. */
  Buffer product(int k) {
    return products[k];
  }

  /** Issues that the problems of the mask forget theirs. */
  void clear(Buffer mask) {
    for (int k = 0; k < steps.length; k++) {
      session.fill(steps[k], 0, mask);
      session.fill(changes[k], 0, mask);
      session.fill(products[k], 0, mask);
    }
  }

  /**
   * Issues that the pairs of the mask's problems grow older by one; index 0 is theirs to write.
   *
   * @param all whether the mask names every problem that still runs: then nothing is copied
   */
  void push(Buffer mask, boolean all) {
    if (all) {
      rotate(steps);
      rotate(changes);
      rotate(products);
    } else {
      shift(steps, mask);
      shift(changes, mask);
      shift(products, mask);
    }
  }

  private static void rotate(Buffer[] buffers) {
    Buffer oldest = buffers[buffers.length - 1];
    System.arraycopy(buffers, 0, buffers, 1, buffers.length - 1);
    buffers[0] = oldest;
  }

  private void shift(Buffer[] buffers, Buffer mask) {
    for (int k = buffers.length - 1; k > 0; k--) {
      session.copy(buffers[k - 1], buffers[k], mask);
    }
  }
}
