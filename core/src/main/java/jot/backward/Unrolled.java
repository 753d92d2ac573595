package jot.backward;

import java.util.ArrayList;
import java.util.List;
import jot.marginal.Batch;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;

/**
 * True reverse mode through τ plain sweeps, to compare the implicit pass with: f = 0, one column
 * update, then τ times a row and a column update; the loss is read off the plan of the last
 * potentials. Stores the potentials of every sweep, O(τ(m + n)), makes the plans anew, and needs
 * three m×n arrays.
 */
public final class Unrolled {
  private final Session session;
  private final Batch state;
  private final List<MatrixSource.Gibbs> columnStates = new ArrayList<>();
  private final List<MatrixSource.Gibbs> rowStates = new ArrayList<>();
  private final Buffer one;
  private final Buffer rowBar;
  private final Buffer columnBar;
  private final Buffer rowShare;
  private final Buffer columnShare;
  private final Buffer inverseA;
  private final Buffer inverseB;
  private final Buffer noRows;
  private final Buffer noColumns;
  private final Buffer rowSum;
  private final Buffer columnSum;
  private final Buffer rows;
  private final Buffer columns;
  private final Buffer costGradient;
  private final Buffer epsilonDerivative;

  /**
   * Runs the sweeps forward from the state's cost, weights and ε; its potentials are left alone.
   */
  public Unrolled(Batch state, int sweeps) {
    this.session = state.session();
    this.state = state;
    int m = session.rows();
    int n = session.columns();
    one = session.scalar();
    session.fill(one, 1, null);
    rowBar = session.vector(m);
    columnBar = session.vector(n);
    rowShare = session.vector(m);
    columnShare = session.vector(n);
    inverseA = session.vector(m);
    inverseB = session.vector(n);
    noRows = session.vector(m);
    noColumns = session.vector(n);
    rowSum = session.vector(m);
    columnSum = session.vector(n);
    rows = session.vector(m);
    columns = session.vector(n);
    costGradient = session.matrix(DType.F64, m, n);
    epsilonDerivative = session.scalar();
    session.reciprocal(state.a(), inverseA, null);
    session.reciprocal(state.b(), inverseB, null);
    MatrixSource.Gibbs before = with(session.vector(m), session.vector(n));
    session.columnUpdate(before, state.b(), null);
    columnStates.add(before);
    for (int t = 0; t < sweeps; t++) {
      Buffer f = session.vector(m);
      MatrixSource.Gibbs afterRows = with(f, before.g());
      session.rowUpdate(afterRows, state.a(), null);
      rowStates.add(afterRows);
      before = with(f, session.vector(n));
      session.columnUpdate(before, state.b(), null);
      columnStates.add(before);
    }
  }

  private MatrixSource.Gibbs with(Buffer f, Buffer g) {
    MatrixSource.Gibbs plan = state.plan();
    return new MatrixSource.Gibbs(
        plan.cost(), plan.rowAnchor(), plan.columnAnchor(), plan.epsilon(), f, g);
  }

  /** Pulls G = ∂ℓ/∂P, a stored F64 matrix, back through all sweeps. */
  public void run(Buffer g) {
    Buffer epsilon = state.plan().epsilon();
    pullPlan(g, epsilon);
    for (int t = rowStates.size(); t >= 0; t--) {
      // column update of sweep t: g = ε log b − ε LSE(f − C)
      session.multiply(columnBar, inverseB, columnShare, null);
      session.axpy(1, epsilon, one, columnShare, columns, null);
      session.adjointSweep(
          new MatrixSource.LogPlan(columnStates.get(t)),
          noRows,
          columnShare,
          costGradient,
          rowSum,
          columnSum,
          epsilonDerivative);
      session.axpy(-1, one, one, rowSum, rowBar, null);
      if (t > 0) {
        // row update of sweep t: f = ε log a − ε LSE(g − C), with the columns of sweep t − 1
        session.multiply(rowBar, inverseA, rowShare, null);
        session.axpy(1, epsilon, one, rowShare, rows, null);
        session.adjointSweep(
            new MatrixSource.LogPlan(rowStates.get(t - 1)),
            rowShare,
            noColumns,
            costGradient,
            rowSum,
            columnSum,
            epsilonDerivative);
        session.fill(columnBar, 0, null);
        session.axpy(-1, one, one, columnSum, columnBar, null);
        session.fill(rowBar, 0, null);
      }
    }
    session.poll();
  }

  /** The loss on the last plan: T = P∘G gives f̄ = T1/ε, ḡ = Tᵀ1/ε, C̄ = −T/ε and its part of ε. */
  private void pullPlan(Buffer g, Buffer epsilon) {
    MatrixSource.Gibbs last = columnStates.get(columnStates.size() - 1);
    Buffer t = session.matrix(DType.F64, session.rows(), session.columns());
    session.materialise(last, t, null);
    session.multiply(t, g, t, null);
    session.marginals(new MatrixSource.Stored(t), rowSum, columnSum);
    session.fill(rowBar, 0, null);
    session.fill(columnBar, 0, null);
    session.axpy(1, one, epsilon, rowSum, rowBar, null);
    session.axpy(1, one, epsilon, columnSum, columnBar, null);
    Buffer minus = session.vector(session.rows());
    session.axpy(-1, one, one, rowBar, minus, null);
    session.costGradient(
        new MatrixSource.LogPlan(last),
        last,
        new MatrixSource.Stored(g),
        minus,
        noRows,
        noRows,
        noRows,
        noColumns,
        0,
        costGradient,
        null,
        null,
        epsilonDerivative,
        null);
    session.fill(rows, 0, null);
    session.fill(columns, 0, null);
  }

  /** ∂C, F64. */
  public Buffer costGradient() {
    return costGradient;
  }

  /** ∂a, not centred. */
  public Buffer rows() {
    return rows;
  }

  /** ∂b, not centred. */
  public Buffer columns() {
    return columns;
  }

  /** ∂ε. */
  public Buffer epsilonDerivative() {
    return epsilonDerivative;
  }
}
