package jot.conformance;

import java.util.function.DoubleUnaryOperator;

/** Numerical derivatives at 0. */
final class Differences {

  private Differences() {}

  /** Central differences with one Richardson step: the error is of order h⁴. */
  static double central(double h, DoubleUnaryOperator function) {
    double wide = (function.applyAsDouble(h) - function.applyAsDouble(-h)) / (2 * h);
    double narrow = (function.applyAsDouble(h / 2) - function.applyAsDouble(-h / 2)) / h;
    return (4 * narrow - wide) / 3;
  }

  /** Forward differences with two Richardson steps, for one-sided derivatives: order h³. */
  static double oneSided(double h, DoubleUnaryOperator function) {
    double at0 = function.applyAsDouble(0);
    double d1 = (function.applyAsDouble(h) - at0) / h;
    double d2 = (function.applyAsDouble(h / 2) - at0) / (h / 2);
    double d4 = (function.applyAsDouble(h / 4) - at0) / (h / 4);
    return (d1 - 6 * d2 + 8 * d4) / 3;
  }
}
