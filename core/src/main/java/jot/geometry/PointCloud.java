package jot.geometry;

import jot.tensor.DType;
import jot.tensor.Tensor;

/**
 * Two sets of points with the cost C_ij = |x_i − y_j|², in the points' unit squared. The costs are
 * made a row at a time where they are needed: there is never an m×n array.
 *
 * @param x (batch, m, d)
 * @param y (batch, n, d), of the same type as x
 */
public record PointCloud(Tensor x, Tensor y) implements Geometry {
  /** Checks that the two sets fit. */
  public PointCloud {
    if (x.batch() != y.batch() || x.cols() != y.cols() || x.dtype() != y.dtype()) {
      throw new IllegalArgumentException(
          "points: expected x (batch, m, d) and y (batch, n, d) of one type, received "
              + x.dtype()
              + " "
              + x.shape()
              + " and "
              + y.dtype()
              + " "
              + y.shape());
    }
  }

  /** Coordinates d of a point. */
  public int dimensions() {
    return x.cols();
  }

  @Override
  public int batch() {
    return x.batch();
  }

  @Override
  public int rows() {
    return x.rows();
  }

  @Override
  public int columns() {
    return y.rows();
  }

  @Override
  public DType dtype() {
    return x.dtype();
  }
}
