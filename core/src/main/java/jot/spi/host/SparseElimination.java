package jot.spi.host;

import java.util.Arrays;

/**
 * Eliminates a sparse graph's Laplacian, lowest degree first, each pivot the sum of its remaining
 * weights: nothing is subtracted. A vertex of few neighbours is eliminated exactly: its neighbours
 * a, b gain an edge of weight w_a w_b/pivot. One of many would fill the graph, so its clique is
 * replaced by a sampled tree with the same expectation (Kyng and Sachdeva 2016): neighbours in the
 * order of their weights, each joined to one later one drawn in proportion to weight. The draw is a
 * fixed sequence, so the same graph gives the same factor.
 *
 * <p>Memory grows with what is put in and is kept for the next graph. Not thread-safe.
 */
final class SparseElimination {
  private final int vertices;
  private final int exactDegree;
  private final int[][] neighbour;
  private final double[][] weight;
  private final int[] degree;
  private final int[] seat;
  private final int[] first;
  private final int[] next;
  private final int[] previous;
  private final int[] order;
  private final double[] pivot;
  private final int[] start;
  private int[] index = new int[1024];
  private double[] value = new double[1024];
  private int[] cliqueIndex = new int[64];
  private double[] cliqueWeight = new double[64];
  private double[] suffix = new double[64];
  private long random;
  private int eliminated;

  /**
   * Makes room for graphs of this many vertices.
   *
   * @param exactDegree neighbours up to which a vertex is eliminated exactly
   */
  SparseElimination(int vertices, int exactDegree) {
    this.vertices = vertices;
    this.exactDegree = exactDegree;
    neighbour = new int[vertices][8];
    weight = new double[vertices][8];
    degree = new int[vertices];
    seat = new int[vertices];
    first = new int[vertices + 1];
    next = new int[vertices];
    previous = new int[vertices];
    order = new int[vertices];
    pivot = new double[vertices];
    start = new int[vertices + 1];
  }

  /** Forgets the last graph. */
  void clear() {
    Arrays.fill(degree, 0);
  }

  /** Adds an edge; one that is there already must not come again. */
  void add(int a, int b, double w) {
    append(a, b, w);
    append(b, a, w);
  }

  private void append(int from, int to, double w) {
    int size = degree[from];
    if (size == neighbour[from].length) {
      neighbour[from] = Arrays.copyOf(neighbour[from], 2 * size);
      weight[from] = Arrays.copyOf(weight[from], 2 * size);
    }
    neighbour[from][size] = to;
    weight[from][size] = w;
    degree[from] = size + 1;
  }

  /** Entries of the factor. */
  int entries() {
    return start[eliminated];
  }

  /** Eliminates all vertices. */
  void factorise() {
    random = 0x9E3779B97F4A7C15L;
    Arrays.fill(seat, -1);
    Arrays.fill(first, -1);
    for (int v = vertices - 1; v >= 0; v--) {
      link(v);
    }
    eliminated = 0;
    start[0] = 0;
    int lowest = 0;
    while (eliminated < vertices) {
      while (first[lowest] < 0) {
        lowest++;
      }
      int v = first[lowest];
      unlink(v);
      eliminate(v);
      lowest = Math.max(0, lowest - 1);
    }
  }

  /** Bucket of a degree; all that are higher share the last. */
  private int bucket(int v) {
    return Math.min(degree[v], vertices);
  }

  private void link(int v) {
    int at = bucket(v);
    next[v] = first[at];
    previous[v] = -1;
    if (first[at] >= 0) {
      previous[first[at]] = v;
    }
    first[at] = v;
  }

  private void unlink(int v) {
    if (previous[v] >= 0) {
      next[previous[v]] = next[v];
    } else {
      first[bucket(v)] = next[v];
    }
    if (next[v] >= 0) {
      previous[next[v]] = previous[v];
    }
  }

  private void eliminate(int v) {
    int size = degree[v];
    reserve(size);
    if (size > exactDegree) {
      sort(neighbour[v], weight[v], size);
    }
    double sum = 0;
    for (int k = 0; k < size; k++) {
      cliqueIndex[k] = neighbour[v][k];
      cliqueWeight[k] = weight[v][k];
      sum += weight[v][k];
    }
    int at = start[eliminated];
    if (at + size > index.length) {
      int length = Math.max(2 * index.length, at + size);
      index = Arrays.copyOf(index, length);
      value = Arrays.copyOf(value, length);
    }
    System.arraycopy(cliqueIndex, 0, index, at, size);
    System.arraycopy(cliqueWeight, 0, value, at, size);
    order[eliminated] = v;
    pivot[eliminated] = sum;
    eliminated++;
    start[eliminated] = at + size;
    for (int k = 0; k < size; k++) {
      unlink(cliqueIndex[k]);
      remove(cliqueIndex[k], v);
    }
    if (sum > 0) {
      if (size <= exactDegree) {
        joinAll(size, sum);
      } else {
        joinTree(size, sum);
      }
    }
    for (int k = 0; k < size; k++) {
      link(cliqueIndex[k]);
    }
  }

  private void reserve(int size) {
    if (size > cliqueIndex.length) {
      int length = Math.max(size, 2 * cliqueIndex.length);
      cliqueIndex = new int[length];
      cliqueWeight = new double[length];
      suffix = new double[length];
    }
  }

  private void remove(int from, int v) {
    int[] list = neighbour[from];
    int last = degree[from] - 1;
    for (int k = 0; k <= last; k++) {
      if (list[k] == v) {
        list[k] = list[last];
        weight[from][k] = weight[from][last];
        degree[from] = last;
        return;
      }
    }
  }

  private void joinAll(int size, double sum) {
    for (int k = 0; k < size; k++) {
      int a = cliqueIndex[k];
      int[] list = neighbour[a];
      for (int s = 0; s < degree[a]; s++) {
        seat[list[s]] = s;
      }
      int before = degree[a];
      double share = cliqueWeight[k] / sum;
      for (int other = 0; other < size; other++) {
        if (other != k) {
          int b = cliqueIndex[other];
          double w = share * cliqueWeight[other];
          if (seat[b] >= 0) {
            weight[a][seat[b]] += w;
          } else if (w > 0) {
            append(a, b, w);
          }
        }
      }
      list = neighbour[a];
      for (int s = 0; s < before; s++) {
        seat[list[s]] = -1;
      }
    }
  }

  private void joinTree(int size, double sum) {
    suffix[size - 1] = cliqueWeight[size - 1];
    for (int k = size - 2; k >= 0; k--) {
      suffix[k] = suffix[k + 1] + cliqueWeight[k];
    }
    for (int k = 0; k < size - 1; k++) {
      double rest = suffix[k + 1];
      double drawn = uniform() * rest;
      int low = k + 1;
      int high = size - 1;
      while (low < high) { // the last index whose suffix still covers what was drawn
        int middle = (low + high + 1) >>> 1;
        if (suffix[middle] >= drawn) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      double w = cliqueWeight[k] * (rest / sum);
      if (w > 0) {
        join(cliqueIndex[k], cliqueIndex[low], w);
      }
    }
  }

  private void join(int a, int b, double w) {
    int[] list = neighbour[a];
    for (int s = 0; s < degree[a]; s++) {
      if (list[s] == b) {
        weight[a][s] += w;
        int[] mirrored = neighbour[b];
        for (int r = 0; r < degree[b]; r++) {
          if (mirrored[r] == a) {
            weight[b][r] += w;
            return;
          }
        }
      }
    }
    append(a, b, w);
    append(b, a, w);
  }

  /** The next number of the fixed sequence, in [0, 1). */
  private double uniform() {
    random += 0x9E3779B97F4A7C15L;
    long z = random;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
  }

  /** Sorts two arrays by ascending weight: a heap sort, in place. */
  private static void sort(int[] ids, double[] weights, int size) {
    for (int root = size / 2 - 1; root >= 0; root--) {
      sift(ids, weights, root, size);
    }
    for (int end = size - 1; end > 0; end--) {
      swap(ids, weights, 0, end);
      sift(ids, weights, 0, end);
    }
  }

  private static void sift(int[] ids, double[] weights, int from, int size) {
    int root = from;
    while (2 * root + 1 < size) {
      int child = 2 * root + 1;
      if (child + 1 < size && weights[child + 1] > weights[child]) {
        child++;
      }
      if (weights[root] >= weights[child]) {
        return;
      }
      swap(ids, weights, root, child);
      root = child;
    }
  }

  private static void swap(int[] ids, double[] weights, int a, int b) {
    int id = ids[a];
    ids[a] = ids[b];
    ids[b] = id;
    double w = weights[a];
    weights[a] = weights[b];
    weights[b] = w;
  }

  /** x ← a solution of the factor's system with right-hand side x; 0 at the last of a component. */
  void solve(double[] x) {
    for (int k = 0; k < vertices; k++) {
      if (pivot[k] > 0) {
        double share = x[order[k]] / pivot[k];
        for (int e = start[k]; e < start[k + 1]; e++) {
          x[index[e]] += value[e] * share;
        }
      }
    }
    for (int k = vertices - 1; k >= 0; k--) {
      double sum = 0;
      if (pivot[k] > 0) {
        sum = x[order[k]];
        for (int e = start[k]; e < start[k + 1]; e++) {
          sum += value[e] * x[index[e]];
        }
        sum /= pivot[k];
      }
      x[order[k]] = sum;
    }
  }
}
