package jot;

import jot.solve.ForwardState;
import jot.tensor.Tensor;

/**
 * The potentials as the user sees them: anchors added, g with mean zero over the columns with mass.
 */
final class Potentials {
  private final Engine engine;
  private final Tensor f;
  private final Tensor g;

  Potentials(Engine engine) {
    this.engine = engine;
    f = engine.vector(engine.session().rows());
    g = engine.vector(engine.session().columns());
  }

  Tensor f() {
    return f;
  }

  Tensor g() {
    return g;
  }

  void refresh() {
    engine.fetchPotentials();
    ForwardState state = engine.state();
    int m = f.cols();
    int n = g.cols();
    for (int problem = 0; problem < f.batch(); problem++) {
      double mean = 0;
      int count = 0;
      for (long j = (long) problem * n; j < (problem + 1L) * n; j++) {
        double value = state.gHost().getFlat(j) + engine.columnAnchor().getFlat(j);
        g.setFlat(j, value);
        if (value > Double.NEGATIVE_INFINITY) {
          mean += value;
          count++;
        }
      }
      mean = count == 0 ? 0 : mean / count;
      for (long j = (long) problem * n; j < (problem + 1L) * n; j++) {
        g.setFlat(j, g.getFlat(j) - mean);
      }
      for (long i = (long) problem * m; i < (problem + 1L) * m; i++) {
        f.setFlat(i, state.fHost().getFlat(i) + engine.rowAnchor().getFlat(i) + mean);
      }
    }
  }
}
