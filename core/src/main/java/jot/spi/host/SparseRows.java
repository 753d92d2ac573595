package jot.spi.host;

import java.util.Arrays;

/**
 * The entries of a plan that count, row by row, with the products that need no others. Memory grows
 * with what is put in and is kept for the next plan. Not thread-safe.
 */
final class SparseRows {
  private final int rows;
  private final int columns;
  private final int[] start;
  private final int[] anchor;
  private final double[] from;
  private final double[] to;
  private int[] column = new int[1024];
  private double[] value = new double[1024];
  private int size;
  private int row;

  SparseRows(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    start = new int[rows + 1];
    anchor = new int[rows];
    from = new double[columns];
    to = new double[columns];
  }

  /** Forgets all entries. */
  void clear() {
    size = 0;
    row = 0;
  }

  /** Adds an entry to the row that is open; columns ascend. */
  void add(int j, double w) {
    if (size == column.length) {
      column = Arrays.copyOf(column, 2 * size);
      value = Arrays.copyOf(value, 2 * size);
    }
    column[size] = j;
    value[size] = w;
    size++;
  }

  /** Ends the open row and opens the next. */
  void endRow() {
    int largest = start[row];
    for (int e = start[row]; e < size; e++) {
      if (value[e] > value[largest]) {
        largest = e;
      }
    }
    anchor[row] = largest;
    row++;
    start[row] = size;
  }

  /** Number of entries. */
  int size() {
    return size;
  }

  /** First entry of a row. */
  int start(int i) {
    return start[i];
  }

  int column(int entry) {
    return column[entry];
  }

  double value(int entry) {
    return value[entry];
  }

  /** out ← S v from differences of v to each row's anchor, as {@link Laplacian}. */
  void product(HostBuffer rowSums, HostBuffer v, HostBuffer out, int problem) {
    for (int j = 0; j < columns; j++) {
      from[j] = v.get(problem, j);
    }
    Arrays.fill(to, 0);
    for (int i = 0; i < rows; i++) {
      double r = rowSums.get(problem, i);
      if (r > 0 && start[i + 1] > start[i]) {
        addRow(start[i], start[i + 1], from[column[anchor[i]]], r);
      }
    }
    for (int j = 0; j < columns; j++) {
      out.set(problem, j, to[j]);
    }
  }

  /** A row's part; at its anchor the difference is exactly 0. */
  private void addRow(int begin, int end, double base, double r) {
    int[] index = column;
    double[] weight = value;
    double[] x = from;
    double[] y = to;
    double even = 0;
    double odd = 0;
    int e = begin;
    for (; e + 1 < end; e += 2) {
      even += weight[e] * (x[index[e]] - base);
      odd += weight[e + 1] * (x[index[e + 1]] - base);
    }
    if (e < end) {
      even += weight[e] * (x[index[e]] - base);
    }
    double d = (even + odd) / r;
    for (int k = begin; k < end; k++) {
      int j = index[k];
      y[j] += weight[k] * (x[j] - base - d);
    }
  }
}
