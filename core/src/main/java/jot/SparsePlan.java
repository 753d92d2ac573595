package jot;

import java.util.Arrays;

/**
 * The entries of one problem's plan that count, by rows (CSR): row i holds the entries {@code
 * rowStart(i)} to {@code rowStart(i + 1) − 1}, in the order of their columns. Immutable, on the
 * heap.
 */
public final class SparsePlan {
  private final int[] rowStart;
  private final int[] column;
  private final double[] value;

  SparsePlan(int[] rowStart, int[] column, double[] value) {
    this.rowStart = rowStart;
    this.column = column;
    this.value = value;
  }

  /** Entries kept. */
  public int size() {
    return value.length;
  }

  /** Rows m. */
  public int rows() {
    return rowStart.length - 1;
  }

  /** Where row i begins; {@code rowStart(rows())} is {@link #size}. */
  public int rowStart(int i) {
    return rowStart[i];
  }

  /** Column of the k-th entry. */
  public int column(int k) {
    return column[k];
  }

  /** Value of the k-th entry. */
  public double value(int k) {
    return value[k];
  }

  /** Mass kept. */
  public double mass() {
    return Arrays.stream(value).sum();
  }
}
