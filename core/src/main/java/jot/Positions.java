package jot;

import jot.tensor.Tensor;

/**
 * Gradients with respect to the points of a point cloud.
 *
 * @param x (batch, m, d), F64
 * @param y (batch, n, d), F64
 */
public record Positions(Tensor x, Tensor y) {}
