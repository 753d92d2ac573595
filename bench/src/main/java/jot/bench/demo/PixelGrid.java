package jot.bench.demo;

import java.lang.foreign.Arena;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * The pixels of a square image as points, numbered row by row.
 *
 * @param side pixels along each side
 */
record PixelGrid(int side) {

  int size() {
    return side * side;
  }

  int x(int pixel) {
    return pixel % side;
  }

  int y(int pixel) {
    return pixel / side;
  }

  /** Squared distance between two pixels, where the diagonal of the image has length 1. */
  double cost(int from, int to) {
    int dx = x(from) - x(to);
    int dy = y(from) - y(to);
    return (dx * dx + dy * dy) / (2.0 * (side - 1) * (side - 1));
  }

  /** The costs of all pairs, the same for every problem of a batch. */
  Tensor costs(Arena arena, int batch) {
    Tensor costs = Tensor.allocate(arena, DType.F64, new Shape(batch, size(), size()));
    for (int k = 0; k < batch; k++) {
      for (int i = 0; i < size(); i++) {
        for (int j = 0; j < size(); j++) {
          costs.set(k, i, j, cost(i, j));
        }
      }
    }
    return costs;
  }
}
