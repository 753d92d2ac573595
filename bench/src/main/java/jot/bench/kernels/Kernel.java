package jot.bench.kernels;

import java.util.Locale;
import jot.tensor.DType;

/**
 * An operation of {@link jot.spi.Session} and the least work that it can be done with: what it
 * reads and writes of m×n arrays, and the exponentials of an entry. Vectors beside matrices do not
 * count.
 */
public enum Kernel {
  /** Log-domain iteration. */
  SWEEP(Shape.MATRIX, 1, 1, 0),
  /** The same far from the solution: exponentials of F32. */
  COARSE_SWEEP(Shape.MATRIX, 1, 1, 0),
  /** Over-relaxed log-domain iteration. */
  RELAXED_SWEEP(Shape.MATRIX, 1, 1, 0),
  /** Log-domain iteration on 2-D points. */
  POINTS_SWEEP(Shape.MATRIX, 0, 1, 0),
  /** Iteration on scalings. */
  SCALING_SWEEP(Shape.MATRIX, 1, 0, 0),
  /** Over-relaxed iteration on scalings. */
  RELAXED_SCALING_SWEEP(Shape.MATRIX, 1, 0, 0),
  /** Row potentials with the maximum taken out. */
  ROW_UPDATE(Shape.MATRIX, 1, 1, 0),
  /** Column potentials with the maximum taken out. */
  COLUMN_UPDATE(Shape.MATRIX, 1, 1, 0),
  /** The semi-dual and its gradient. */
  SEMIDUAL(Shape.MATRIX, 1, 1, 0),
  /** The plan as an array. */
  PLAN(Shape.MATRIX, 1, 1, 1),
  /** Its costs and entropy. */
  VALUES(Shape.MATRIX, 1, 1, 0),
  /** Row and column sums of a stored plan. */
  MARGINALS(Shape.MATRIX, 1, 0, 0),
  /** Product with the marginal Laplacian of a stored plan. */
  LAPLACIAN(Shape.MATRIX, 1, 0, 0),
  /** Right-hand side of the backward system, from plan and gradient. */
  RIGHT_HAND_SIDE(Shape.MATRIX, 2, 0, 0),
  /** Row unknowns of the backward system. */
  ROW_UNKNOWNS(Shape.MATRIX, 1, 0, 0),
  /** Gradient of the cost. */
  COST_GRADIENT(Shape.MATRIX, 2, 1, 1),
  /** The same for 2-D points: their pull, and no array. */
  POINTS_GRADIENT(Shape.MATRIX, 1, 1, 0),
  /** A look at the cost before work. */
  INSPECT(Shape.MATRIX, 1, 0, 0),
  /** A plan, transposed. */
  TRANSPOSE(Shape.MATRIX, 1, 0, 1),
  /** How many entries of a plan are above a threshold. */
  COUNT_ABOVE(Shape.MATRIX, 1, 0, 0),
  /** Accurate elimination. */
  ELIMINATE(Shape.CUBE, 0, 0, 0),
  /** Its triangular solves. */
  ELIMINATE_SOLVE(Shape.MATRIX, 1, 0, 0),
  /** y ← x: the yardstick. */
  COPY(Shape.VECTOR, 1, 0, 1),
  /** max |x|. */
  MAX_ABS(Shape.VECTOR, 1, 0, 0),
  /** x·y. */
  DOT(Shape.VECTOR, 2, 0, 0),
  /** y + s·x. */
  AXPY(Shape.VECTOR, 2, 0, 1),
  /** x + s·y. */
  XPAY(Shape.VECTOR, 2, 0, 1),
  /** x∘y. */
  MULTIPLY(Shape.VECTOR, 2, 0, 1);

  /** What the work grows with. */
  enum Shape {
    /** n. */
    VECTOR,
    /** n². */
    MATRIX,
    /** n³/3, multiplications with additions. */
    CUBE
  }

  private final Shape shape;
  private final int reads;
  private final int exps;
  private final int writes;

  Kernel(Shape shape, int reads, int exps, int writes) {
    this.shape = shape;
    this.reads = reads;
    this.exps = exps;
    this.writes = writes;
  }

  /** As it is typed. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kernel of this label. */
  static Kernel of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  Shape shape() {
    return shape;
  }

  /** Elements that one call treats. */
  long elements(int n) {
    return switch (shape) {
      case VECTOR -> n;
      case MATRIX -> (long) n * n;
      case CUBE -> (long) n * n * n / 3;
    };
  }

  /** Exponentials that one call cannot do without. */
  long exps(int n) {
    return exps * elements(n);
  }

  /** What a kernel's exponentials are numbers of, for a storage. */
  DType exponentials(DType storage) {
    return this == COARSE_SWEEP ? DType.F32 : storage;
  }

  /** Bytes that one call cannot do without, at so many bytes an element. */
  long bytes(int n, int elementBytes) {
    return shape == Shape.CUBE ? 0 : (reads + writes) * elements(n) * bytesOf(elementBytes);
  }

  /** Vectors and the factor of an elimination are F64 whatever the storage. */
  private long bytesOf(int elementBytes) {
    return shape == Shape.VECTOR || this == ELIMINATE_SOLVE ? Double.BYTES : elementBytes;
  }

  /** Whether the storage of the cost makes a difference. */
  boolean hasStorage() {
    return shape == Shape.MATRIX && this != ELIMINATE_SOLVE;
  }
}
