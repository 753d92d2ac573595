package jot.spi.host;

import java.lang.foreign.MemorySegment;

/** A vector per problem and row block, which a later phase adds up in the order of the blocks. */
final class Partials {
  private final HostSession session;
  private final int length;
  private final long stride;
  final MemorySegment segment;

  Partials(HostSession session, int length) {
    this.session = session;
    this.length = length;
    stride = (8L * length + 63) / 64 * 64;
    segment = session.allocate(stride * session.blocks() * session.batch());
  }

  /** Byte offset of a block's vector. */
  long at(int problem, int block) {
    return stride * ((long) problem * session.blocks() + block);
  }

  /** Sets a block's vector. */
  void fill(int problem, int block, double value) {
    session.kernels().fill(value, segment, at(problem, block), length);
  }

  double get(int problem, int block, int k) {
    return segment.get(Layouts.F64, at(problem, block) + 8L * k);
  }

  void set(int problem, int block, int k, double value) {
    segment.set(Layouts.F64, at(problem, block) + 8L * k, value);
  }

  void add(int problem, int block, int k, double value) {
    set(problem, block, k, get(problem, block, k) + value);
  }

  /** Σ over the blocks of the k-th number. */
  double sum(int problem, int k) {
    double sum = 0;
    for (int block = 0; block < session.blocks(); block++) {
      sum += get(problem, block, k);
    }
    return sum;
  }

  /** Adds all blocks' vectors into the first. */
  void combine(int problem) {
    for (int block = 1; block < session.blocks(); block++) {
      session.kernels().axpy(1, segment, at(problem, block), segment, at(problem, 0), length);
    }
  }

  /** {@link #combine} of the numbers [first, end) alone: disjoint ranges may run at once. */
  void combine(int problem, int first, int end) {
    for (int block = 1; block < session.blocks() && first < end; block++) {
      session
          .kernels()
          .axpy(
              1,
              segment,
              at(problem, block) + 8L * first,
              segment,
              at(problem, 0) + 8L * first,
              end - first);
    }
  }

  /** Adds up a block's share of the columns, to their place in a vector. */
  void combine(int problem, int block, HostBuffer out) {
    int first = session.firstColumn(block);
    int end = session.endColumn(block);
    combine(problem, first, end);
    MemorySegment.copy(
        segment,
        at(problem, 0) + 8L * first,
        out.segment,
        out.at(problem) + 8L * first,
        8L * (end - first));
  }

  /** The combined vector's k-th number, after {@link #combine}. */
  double total(int problem, int k) {
    return get(problem, 0, k);
  }
}
