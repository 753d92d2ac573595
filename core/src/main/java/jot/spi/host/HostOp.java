package jot.spi.host;

/**
 * One operation of a {@link HostSession}, in phases: a phase works on row blocks, which may run at
 * once, or on whole problems. A block's partial results go to its own memory and a later phase adds
 * them in the order of the blocks, so the bits do not depend on the number of threads.
 *
 * <p>An operation is made once a session and takes its arguments by fields: nothing is allocated
 * per call.
 */
abstract class HostOp {
  final HostSession session;
  final RowKernels kernels;

  /** Columns of a problem. */
  final int n;

  /** Rows of a problem. */
  final int m;

  HostOp(HostSession session) {
    this.session = session;
    this.kernels = session.kernels();
    this.n = session.columns();
    this.m = session.rows();
  }

  /** How many phases run, one after the other. */
  abstract int phases();

  /** Whether a phase's units are row blocks; else they are whole problems. */
  abstract boolean byBlocks(int phase);

  /** Runs rows [first, end) of a problem: one block of a phase, or all its rows. */
  abstract void run(int phase, int problem, int block, int first, int end, Worker worker);
}
