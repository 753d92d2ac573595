package jot.gpu;

import java.util.Locale;

/** The kernels, by the source file that they are compiled from. */
enum Kernel {
  FILL(Source.VECTORS),
  CONVERT(Source.VECTORS),
  MULTIPLY(Source.VECTORS),
  RECIPROCAL(Source.VECTORS),
  AXPY(Source.VECTORS),
  XPAY(Source.VECTORS),
  KEEP_ABOVE(Source.VECTORS),
  ABSORB(Source.VECTORS),
  SCALE_COLUMNS(Source.VECTORS),
  DOT(Source.VECTORS),
  MAX_ABS(Source.VECTORS),
  CENTER(Source.VECTORS),
  COMBINE(Source.VECTORS),
  COMBINE_ADD(Source.VECTORS),
  COMBINE_MAX(Source.VECTORS),
  TRANSPOSE(Source.VECTORS),
  FIND_NON_FINITE(Source.VECTORS),
  WEIGH(Source.VECTORS),
  COLUMN_TOPS(Source.COLUMNS),
  COLUMN_SUMS(Source.COLUMNS),
  COLUMN_POTENTIALS(Source.COLUMNS),
  ROW_UPDATE(Source.SINKHORN),
  SWEEP_ROWS(Source.SINKHORN),
  SWEEP_DECIDE(Source.SINKHORN),
  SWEEP_COLUMNS(Source.SINKHORN),
  SCALING_ROWS(Source.SINKHORN),
  SCALING_SUMS(Source.SINKHORN),
  SCALING_COLUMNS(Source.SINKHORN),
  SEMIDUAL_ROWS(Source.SINKHORN),
  SEMIDUAL_COLUMNS(Source.SINKHORN),
  INSPECT_ROWS(Source.INSPECT),
  INSPECT_COLUMNS(Source.INSPECT),
  INSPECT_DECIDE(Source.INSPECT),
  MATERIALISE(Source.PLAN),
  VALUES(Source.PLAN),
  MARGINALS(Source.PLAN),
  COUNT_ABOVE(Source.PLAN),
  COLLECT_ABOVE(Source.PLAN),
  RIGHT_HAND_SIDE(Source.SYSTEM),
  LAPLACIAN(Source.SYSTEM),
  ROW_UNKNOWNS(Source.SYSTEM),
  WEIGHTS(Source.ELIMINATION),
  ELIMINATE_PANEL(Source.ELIMINATION),
  ELIMINATE_REST(Source.ELIMINATION),
  ELIMINATE_SOLVE(Source.ELIMINATION),
  INVERSE_ROOTS(Source.CHOLESKY),
  GROUND(Source.CHOLESKY),
  BREAKDOWNS(Source.CHOLESKY),
  GROUNDED(Source.CHOLESKY),
  COST_GRADIENT(Source.GRADIENT),
  EMPTY_ROWS(Source.GRADIENT),
  EMPTY_COLUMNS(Source.GRADIENT),
  SENSITIVITY_SUMS(Source.ADJOINT),
  SENSITIVITY_NORM(Source.ADJOINT),
  ADJOINT_SWEEP(Source.ADJOINT);

  /** A source file: a module that is compiled when one of its kernels is first used. */
  enum Source {
    VECTORS,
    COLUMNS,
    SINKHORN,
    INSPECT,
    PLAN,
    SYSTEM,
    ELIMINATION,
    CHOLESKY,
    GRADIENT,
    ADJOINT;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Source source;

  Kernel(Source source) {
    this.source = source;
  }

  Source source() {
    return source;
  }

  /** Its place among all kernels, which no file and no other process ever sees. */
  @SuppressWarnings("EnumOrdinal")
  int index() {
    return ordinal();
  }

  /** The kernel of a place. */
  @SuppressWarnings("EnumOrdinal")
  static Kernel of(int index) {
    return values()[index];
  }

  /** Its name in the source. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
