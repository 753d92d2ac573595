package jot;

import jot.tensor.Tensor;

/**
 * Takes the mean over the entries with mass off a vector. Where no plan exists a potential is −∞
 * beside mass: it stays −∞ and out of the mean.
 */
final class Centre {
  private Centre() {}

  /** Writes a problem's centred vector and returns the mean taken off. */
  static double to(Tensor from, Tensor weight, Tensor to, int problem) {
    int length = from.cols();
    long start = (long) problem * length;
    double sum = 0;
    int count = 0;
    for (int k = 0; k < length; k++) {
      boolean counts = from.getFlat(start + k) > Double.NEGATIVE_INFINITY;
      if (weight.getFlat(start + k) > 0 && counts) {
        sum += from.getFlat(start + k);
        count++;
      }
    }
    double mean = count == 0 ? 0 : sum / count;
    for (int k = 0; k < length; k++) {
      to.setFlat(start + k, from.getFlat(start + k) - mean);
    }
    return mean;
  }
}
