package jot.gpu;

import java.lang.foreign.Arena;
import java.util.Random;
import jot.spi.Backend;
import jot.spi.Buffer;
import jot.spi.Cholesky;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/** The operations that call cuBLAS and cuSOLVER, by hand, in a session of their own. */
final class LibraryScenario {
  static final int BATCH = 2;
  static final int BLOCKS = 6;

  /** Of a block. */
  static final int SWEEPS = 3;

  private LibraryScenario() {}

  private static Tensor tensor(Arena arena, int rows, int columns, long seed) {
    Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(BATCH, rows, columns));
    Random random = new Random(seed);
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, 0.5 + random.nextDouble());
    }
    return tensor;
  }

  private static Session open(Backend backend, int m, int n, long stream) {
    return stream == 0 ? backend.open(BATCH, m, n) : backend.open(BATCH, m, n, stream);
  }

  /**
   * Sweeps on scalings in blocks: u, v, residual, sweeps, stale and active of all problems.
   *
   * @param stream the caller's, or 0
   */
  static double[][] scaling(Backend backend, DType kernelType, int m, int n, long stream) {
    try (Arena arena = Arena.ofShared();
        Session s = open(backend, m, n, stream)) {
      Buffer kernel = s.matrix(kernelType, m, n);
      Buffer a = s.vector(m);
      Buffer b = s.vector(n);
      Buffer u = s.vector(m);
      Buffer v = s.vector(n);
      Buffer threshold = s.scalar();
      Buffer residual = s.scalar();
      Buffer sweeps = s.scalar();
      Buffer stale = s.scalar();
      Buffer active = s.scalar();
      s.write(tensor(arena, m, n, 1), kernel);
      Tensor rows = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, m));
      rows.fill(1.0 / m);
      rows.setFlat(0, 0); // without mass
      s.write(rows, a);
      s.fill(b, 1.0 / n, null);
      s.fill(u, 1, null);
      s.fill(v, 1, null);
      s.fill(active, 1, null);
      Tensor mask = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1));
      for (int block = 0; block < BLOCKS; block++) {
        for (int k = 0; k < SWEEPS; k++) {
          s.scalingSweep(
              new MatrixSource.Stored(kernel),
              a,
              b,
              u,
              v,
              threshold,
              residual,
              sweeps,
              stale,
              active);
        }
        s.read(active, mask);
        s.poll();
        if (block == BLOCKS - 2) { // the last problem stands still in the last block
          mask.setFlat(BATCH - 1, 0);
          s.write(mask, active);
        }
      }
      Tensor[] results = {
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, m)),
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, n)),
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1)),
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1)),
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1)),
        Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1)),
      };
      Buffer[] buffers = {u, v, residual, sweeps, stale, active};
      double[][] all = new double[buffers.length][];
      for (int k = 0; k < buffers.length; k++) {
        s.read(buffers[k], results[k]);
      }
      s.poll();
      for (int k = 0; k < buffers.length; k++) {
        all[k] = results[k].toArray();
      }
      return all;
    }
  }

  /**
   * A factor and a solution of S y = rhs: what is left over of rhs, of all problems. 1 more where
   * the factorisation failed.
   */
  static double[] factor(Backend backend, int m, int n, long stream) {
    try (Arena arena = Arena.ofShared();
        Session s = open(backend, m, n, stream)) {
      Cholesky cholesky = s.cholesky();
      if (cholesky == null) {
        throw new IllegalStateException("no factors on " + backend.name());
      }
      Buffer values = s.matrix(DType.F64, m, n);
      Buffer g = s.matrix(DType.F64, m, n);
      MatrixSource plan = new MatrixSource.Stored(values);
      Buffer epsilon = s.scalar();
      Buffer rowSums = s.vector(m);
      Buffer columnSums = s.vector(n);
      Buffer anchor = s.vector(m);
      Buffer level = s.vector(m);
      Buffer share = s.vector(m);
      Buffer rhs = s.vector(n);
      Buffer diagonal = s.vector(n);
      Buffer failed = s.scalar();
      Buffer active = s.scalar();
      Buffer y = s.vector(n);
      Buffer product = s.vector(n);
      s.write(tensor(arena, m, n, 2), values);
      s.write(tensor(arena, m, n, 3), g);
      s.fill(epsilon, 1, null);
      s.fill(active, 1, null);
      s.marginals(plan, rowSums, columnSums);
      s.rightHandSide(
          plan,
          new MatrixSource.Stored(g),
          epsilon,
          null,
          null,
          rowSums,
          anchor,
          level,
          share,
          rhs,
          diagonal);
      cholesky.factorise(plan, rowSums, columnSums, diagonal, failed, active);
      cholesky.solve(rhs, y, active);
      s.laplacian(plan, rowSums, anchor, y, product, active);
      Tensor wanted = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, n));
      Tensor found = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, n));
      Tensor broken = Tensor.allocate(arena, DType.F64, new Shape(BATCH, 1, 1));
      s.read(rhs, wanted);
      s.read(product, found);
      s.read(failed, broken);
      s.poll();
      double[] left = new double[BATCH * n];
      for (int k = 0; k < left.length; k++) {
        left[k] = wanted.getFlat(k) - found.getFlat(k) + broken.getFlat(k / n);
      }
      return left;
    }
  }
}
