package jot.geometry;

import jot.tensor.DType;

/**
 * Where the costs of a batch of m×n problems come from, as data. A geometry holds no numbers of its
 * own: it refers to the caller's tensors, which must stay as they are while something works on
 * them.
 */
public sealed interface Geometry permits DenseCost, PointCloud {
  /** Problems in the batch. */
  int batch();

  /** Rows m of a problem. */
  int rows();

  /** Columns n of a problem. */
  int columns();

  /** The type that costs are read in and plans are returned in. */
  DType dtype();
}
