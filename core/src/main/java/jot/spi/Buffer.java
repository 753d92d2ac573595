package jot.spi;

import jot.tensor.DType;

/**
 * A batch of row-major matrices in memory that a {@link Session} owns or was lent: a handle, never
 * the numbers. A batch of vectors has one row, a batch of scalars one row and one column.
 */
public interface Buffer {
  /** How a number is stored. */
  DType dtype();

  /** Rows of one problem. */
  int rows();

  /** Columns of one problem. */
  int columns();
}
