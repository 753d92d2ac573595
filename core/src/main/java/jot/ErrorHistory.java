package jot;

import java.util.ArrayList;
import java.util.List;

/**
 * The residuals of a solve, as they were looked at between blocks of sweeps.
 *
 * @param entries in the order of the solve
 */
public record ErrorHistory(List<Entry> entries) {
  /** Copies the list. */
  public ErrorHistory {
    entries = List.copyOf(entries);
  }

  /**
   * One look.
   *
   * @param sweeps iterations issued until then
   * @param residuals L1 marginal residual relative to the mass, one a problem; NaN where a problem
   *     had stopped before
   */
  public record Entry(int sweeps, List<Double> residuals) {
    /** Copies the list. */
    public Entry {
      residuals = List.copyOf(residuals);
    }
  }

  static ErrorHistory of(jot.solve.History history, int batch) {
    List<Entry> entries = new ArrayList<>();
    for (int k = 0; k < history.size(); k++) {
      List<Double> residuals = new ArrayList<>();
      for (int problem = 0; problem < batch; problem++) {
        residuals.add(history.residual(k, problem));
      }
      entries.add(new Entry(history.sweeps(k), residuals));
    }
    return new ErrorHistory(entries);
  }
}
