package jot.spi.host;

import jot.spi.Buffer;

/** {@link jot.spi.Session#eliminateSolve}: forward along the elimination, then back. */
final class EliminateSolve extends HostOp {
  private HostBuffer factor;
  private HostBuffer rhs;
  private HostBuffer y;

  @SuppressWarnings("NullAway.Init")
  EliminateSolve(HostSession session) {
    super(session);
  }

  EliminateSolve with(Buffer factor, Buffer rhs, Buffer y) {
    this.factor = HostBuffer.of(factor);
    this.rhs = HostBuffer.of(rhs);
    this.y = HostBuffer.of(y);
    return this;
  }

  @Override
  int phases() {
    return 1;
  }

  @Override
  boolean byBlocks(int phase) {
    return false;
  }

  @Override
  void run(int phase, int problem, int block, int first, int end, Worker worker) {
    for (int j = 0; j < n; j++) {
      y.set(problem, j, rhs.get(problem, j));
    }
    for (int k = 0; k < n - 1; k++) {
      double pivot = factor.get(problem, (long) k * n + k);
      if (pivot > 0) {
        kernels.axpy(
            y.get(problem, k) / pivot,
            factor.segment,
            factor.at(problem, k) + 8L * (k + 1),
            y.segment,
            y.at(problem) + 8L * (k + 1),
            n - k - 1);
      }
    }
    for (int k = n - 1; k >= 0; k--) {
      double pivot = factor.get(problem, (long) k * n + k);
      double value = 0;
      if (pivot > 0) {
        double known =
            kernels.dot(
                factor.segment,
                factor.at(problem, k) + 8L * (k + 1),
                y.segment,
                y.at(problem) + 8L * (k + 1),
                n - k - 1);
        value = (y.get(problem, k) + known) / pivot;
      }
      y.set(problem, k, value);
    }
  }
}
