package jot.solve;

import java.util.Arrays;

/** Residuals at the polls of a solve, in arrays that grow and are kept for the next. */
public final class History {
  private final int batch;
  private int[] sweeps = new int[16];
  private double[] residuals;
  private int size;

  /** An empty history of a batch. */
  public History(int batch) {
    this.batch = batch;
    residuals = new double[16 * batch];
  }

  /** Forgets everything, keeps the memory. */
  public void clear() {
    size = 0;
  }

  /** Starts the entry of a poll; its residuals begin as NaN: not measured. */
  void add(int atSweeps) {
    if (size == sweeps.length) {
      sweeps = Arrays.copyOf(sweeps, 2 * size);
      residuals = Arrays.copyOf(residuals, 2 * size * batch);
    }
    sweeps[size] = atSweeps;
    Arrays.fill(residuals, size * batch, (size + 1) * batch, Double.NaN);
    size++;
  }

  /** Sets a problem's residual in the last entry. */
  void set(int problem, double residual) {
    residuals[(size - 1) * batch + problem] = residual;
  }

  /** Number of entries. */
  public int size() {
    return size;
  }

  /** Sweeps issued at an entry. */
  public int sweeps(int entry) {
    return sweeps[entry];
  }

  /** A problem's residual at an entry; NaN when the problem was not active. */
  public double residual(int entry, int problem) {
    return residuals[entry * batch + problem];
  }
}
