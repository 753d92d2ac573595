package jot.bench.kernels;

import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.Session;

/** How fast a backend copies a large vector: a yardstick for its other kernels. */
final class CopyBandwidth {

  /** 32 MiB: beyond most caches. */
  private static final int LENGTH = 1 << 22;

  private static final int RUNS = 8;

  private CopyBandwidth() {}

  /** Bytes a second, read and written, of the fastest of some copies. */
  static double measure(String backend, int threads) {
    try (Session session = Backends.choose(backend, threads).open(1, 1, 1)) {
      Buffer from = session.vector(LENGTH);
      Buffer to = session.vector(LENGTH);
      session.fill(from, 1, null);
      session.poll();
      double best = Double.POSITIVE_INFINITY;
      for (int run = 0; run < RUNS; run++) {
        long start = System.nanoTime();
        session.copy(from, to, null);
        session.poll();
        best = Math.min(best, (System.nanoTime() - start) * 1e-9);
      }
      return 2.0 * Double.BYTES * LENGTH / best;
    }
  }
}
