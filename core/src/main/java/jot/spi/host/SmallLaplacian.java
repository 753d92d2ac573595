package jot.spi.host;

/**
 * The Laplacian of a small graph with an edge between any two vertices, eliminated without
 * subtraction. Vertices whose remaining weights are nothing are held at 0. Not thread-safe.
 */
final class SmallLaplacian {
  private final int vertices;
  private final double[] weight;
  private final double[] pivot;

  /** Makes room for so many vertices: their number squared. */
  SmallLaplacian(int vertices) {
    this.vertices = vertices;
    weight = new double[vertices * vertices];
    pivot = new double[vertices];
  }

  /** Where the weights of the edges a–b with a &lt; b are to be put: at a·vertices + b. */
  double[] weights() {
    return weight;
  }

  /**
   * Eliminates all vertices.
   *
   * @param least of each vertex, the sum of weights from which they are something
   */
  void factorise(double[] least) {
    for (int p = 0; p < vertices; p++) {
      double sum = 0;
      for (int b = p + 1; b < vertices; b++) {
        sum += weight[p * vertices + b];
      }
      pivot[p] = sum > least[p] ? sum : 0;
      for (int a = p + 1; a < vertices && pivot[p] > 0; a++) {
        double share = weight[p * vertices + a] / sum;
        if (share > 0) {
          add(share, p * vertices, a * vertices, a + 1);
        }
      }
    }
  }

  private void add(double share, int from, int to, int first) {
    for (int b = first; b < vertices; b++) {
      weight[to + b] += share * weight[from + b];
    }
  }

  /**
   * x ← a solution with right-hand side x, 0 at the vertices that are held; what is behind stays.
   */
  void solve(double[] x) {
    for (int p = 0; p < vertices; p++) {
      if (pivot[p] > 0) {
        double share = x[p] / pivot[p];
        for (int b = p + 1; b < vertices; b++) {
          x[b] += share * weight[p * vertices + b];
        }
      }
    }
    for (int p = vertices - 1; p >= 0; p--) {
      double sum = x[p];
      for (int b = p + 1; b < vertices; b++) {
        sum += weight[p * vertices + b] * x[b];
      }
      x[p] = pivot[p] > 0 ? sum / pivot[p] : 0;
    }
  }
}
