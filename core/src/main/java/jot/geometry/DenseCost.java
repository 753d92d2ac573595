package jot.geometry;

import jot.tensor.DType;
import jot.tensor.Tensor;

/**
 * A cost for every pair, in memory. +∞ forbids a pair.
 *
 * @param cost (batch, m, n), read where it lies
 */
public record DenseCost(Tensor cost) implements Geometry {
  @Override
  public int batch() {
    return cost.batch();
  }

  @Override
  public int rows() {
    return cost.rows();
  }

  @Override
  public int columns() {
    return cost.cols();
  }

  @Override
  public DType dtype() {
    return cost.dtype();
  }
}
