package jot.conformance;

import java.util.function.DoubleUnaryOperator;

/** Numerical derivatives at 0. */
final class Differences {

  private Differences() {}

  /** Central differences with one Richardson step: the error is of order h⁴. */
  static double central(double h, DoubleUnaryOperator function) {
    double wide = symmetric(h, function);
    double narrow = symmetric(h / 2, function);
    return (4 * narrow - wide) / 3;
  }

  /**
   * {@link #central} with a step that suits a stiff function too: at a quarter of the last, four
   * times at most, until halving it moves the result by no more than 10⁻⁶ of the scale, of which a
   * fifteenth is then its error.
   */
  static double central(double h, double scale, DoubleUnaryOperator function) {
    double coarse;
    double fine;
    double step = h;
    do {
      double wide = symmetric(step, function);
      double middle = symmetric(step / 2, function);
      double narrow = symmetric(step / 4, function);
      coarse = (4 * middle - wide) / 3;
      fine = (4 * narrow - middle) / 3;
      step /= 4;
    } while (Math.abs(fine - coarse) > 1e-6 * scale && step > h / 1000);
    return fine;
  }

  private static double symmetric(double h, DoubleUnaryOperator function) {
    return (function.applyAsDouble(h) - function.applyAsDouble(-h)) / (2 * h);
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
