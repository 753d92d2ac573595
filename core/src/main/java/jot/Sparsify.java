package jot;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/** Brings the entries of a plan that count from the backend: counted first, then collected. */
final class Sparsify {
  private Sparsify() {}

  static SparsePlan plan(Engine engine, int problem, double threshold) {
    Session session = engine.session();
    MatrixSource.Gibbs plan = engine.state().plan();
    int m = session.rows();
    try (Arena arena = Arena.ofConfined()) {
      Buffer counts = session.vector(m);
      Tensor countsHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, m));
      session.countAbove(plan, threshold, counts);
      session.read(counts, countsHost);
      session.poll();
      long most = 1;
      for (int one = 0; one < session.batch(); one++) {
        long total = 0;
        for (int i = 0; i < m; i++) {
          total += (long) countsHost.get(one, 0, i);
        }
        most = Math.max(most, total);
      }
      if (most > Integer.MAX_VALUE - 8) {
        throw Checks.bad("threshold: too small, " + most + " entries reach it; raise it");
      }
      int room = (int) most;
      Buffer columns = session.vector(room);
      Buffer values = session.vector(room);
      session.collectAbove(plan, threshold, counts, columns, values);
      Tensor columnsHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, room));
      Tensor valuesHost = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, room));
      session.read(columns, columnsHost);
      session.read(values, valuesHost);
      session.poll();
      int[] rowStart = new int[m + 1];
      for (int i = 0; i < m; i++) {
        rowStart[i + 1] = rowStart[i] + (int) countsHost.get(problem, 0, i);
      }
      int[] column = new int[rowStart[m]];
      double[] value = new double[rowStart[m]];
      for (int k = 0; k < value.length; k++) {
        column[k] = (int) columnsHost.get(problem, 0, k);
        value[k] = valuesHost.get(problem, 0, k);
      }
      return new SparsePlan(rowStart, column, value);
    }
  }
}
