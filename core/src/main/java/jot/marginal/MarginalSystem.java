package jot.marginal;

import java.util.concurrent.atomic.AtomicLong;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import org.jspecify.annotations.Nullable;

/**
 * The marginal system of a plan P with row sums r and column sums c, its own and not the given
 * ones:
 *
 * <pre>
 *   [diag(r)  P      ] [x]   [(P∘G) 1  + ε f̄]
 *   [Pᵀ       diag(c)] [y] = [(P∘G)ᵀ1 + ε ḡ]
 * </pre>
 *
 * <p>(Eisenberger et al., Algorithm 1.) It is the matrix of the implicit backward pass and, divided
 * by ε, the Hessian of Newton's method. Rows are eliminated: S y = rhs with the graph Laplacian S =
 * diag(c) − Pᵀ diag(1/r) P. G counts from its level γ_i at the row's largest plan entry, so x is
 * less γ; the gauge (x + t, y − t) is free.
 */
public final class MarginalSystem {
  private static final AtomicLong EDITIONS = new AtomicLong();

  private final Session session;
  private final MatrixSource plan;
  private final Buffer rowSums;
  private final Buffer columnSums;
  private final Buffer anchor;
  private final Buffer level;
  private final Buffer share;
  private final Buffer rhs;
  private final Buffer diagonal;
  private final Buffer x;
  private final Buffer y;
  private long edition;

  /**
   * Allocates the system's vectors, O(m + n).
   *
   * @param plan stored, or made anew from potentials at every product
   */
  public MarginalSystem(Session session, MatrixSource plan) {
    this.session = session;
    this.plan = plan;
    int m = session.rows();
    int n = session.columns();
    rowSums = session.vector(m);
    columnSums = session.vector(n);
    anchor = session.vector(m);
    level = session.vector(m);
    share = session.vector(m);
    rhs = session.vector(n);
    diagonal = session.vector(n);
    x = session.vector(m);
    y = session.vector(n);
  }

  /** Takes over a new plan and its sums: stored anew where the system's plan is stored. */
  public void refresh(MatrixSource.Gibbs potentials) {
    edition = EDITIONS.incrementAndGet();
    if (plan instanceof MatrixSource.Stored stored) {
      session.materialise(potentials, stored, rowSums, columnSums);
    } else {
      session.marginals(plan, rowSums, columnSums);
    }
  }

  /** Takes over a new plan whose sums are known. */
  public void adopt(Buffer knownRowSums, Buffer knownColumnSums, @Nullable Buffer active) {
    edition = EDITIONS.incrementAndGet();
    session.copy(knownRowSums, rowSums, active);
    session.copy(knownColumnSums, columnSums, active);
  }

  /** Takes over the sums of another system of the same plan. */
  public void adopt(MarginalSystem other) {
    adopt(other.rowSums, other.columnSums, null);
    edition = other.edition;
  }

  /** Sets G and the potentials' cotangents; null stands for zero. */
  public void load(
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent) {
    session.rightHandSide(
        plan,
        g,
        epsilon,
        rowCotangent,
        columnCotangent,
        rowSums,
        anchor,
        level,
        share,
        rhs,
        diagonal);
  }

  /** x from y for the problems of the mask, once a linear solver has set {@link #y}. */
  public void finish(@Nullable Buffer active) {
    session.rowUnknowns(plan, rowSums, anchor, share, y, x, active);
  }

  /** out ← S v. */
  void product(Buffer v, Buffer out, Buffer active) {
    session.laplacian(plan, rowSums, anchor, v, out, active);
  }

  /**
   * A number that stands for the plan, and for no other of any system: what was made of a plan may
   * be used as long as this is the same. At least 1 once there is a plan.
   */
  long edition() {
    return edition;
  }

  /** The queue. */
  Session session() {
    return session;
  }

  /** P. */
  public MatrixSource plan() {
    return plan;
  }

  /** r. */
  public Buffer rowSums() {
    return rowSums;
  }

  /** c. */
  public Buffer columnSums() {
    return columnSums;
  }

  /** Right-hand side of the columns' system. */
  Buffer rhs() {
    return rhs;
  }

  /** S_jj. */
  Buffer diagonal() {
    return diagonal;
  }

  /** The rows' largest plan entries. */
  public Buffer anchor() {
    return anchor;
  }

  /** γ: G at the anchors. */
  public Buffer level() {
    return level;
  }

  /** Row unknowns less γ. */
  public Buffer x() {
    return x;
  }

  /** Column unknowns. */
  public Buffer y() {
    return y;
  }
}
