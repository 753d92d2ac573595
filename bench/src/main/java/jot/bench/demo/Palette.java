package jot.bench.demo;

import java.util.Arrays;

/** Colours of the demo's pictures, as red, green and blue in 0…1. */
final class Palette {

  private static final double[] TOP_LEFT = {0.86, 0.25, 0.20};
  private static final double[] TOP_RIGHT = {0.95, 0.64, 0.10};
  private static final double[] BOTTOM_LEFT = {0.27, 0.22, 0.62};
  private static final double[] BOTTOM_RIGHT = {0.05, 0.58, 0.53};

  private static final double[][] AMOUNT = {
    {1, 1, 1}, {0.80, 0.91, 0.90}, {0.36, 0.70, 0.70}, {0.10, 0.42, 0.55}, {0.06, 0.13, 0.32}
  };

  private Palette() {}

  /** A colour that tells where in an image a pixel lies: its four corners blended. */
  static double[] ofPosition(int x, int y, int side) {
    double u = x / (side - 1.0);
    double v = y / (side - 1.0);
    double[] top = blend(TOP_LEFT, TOP_RIGHT, u);
    double[] bottom = blend(BOTTOM_LEFT, BOTTOM_RIGHT, u);
    return blend(top, bottom, v);
  }

  /** White for 0 or less, to dark blue for 1. */
  static double[] ofAmount(double amount) {
    double at = Math.clamp(amount, 0, 1) * (AMOUNT.length - 1);
    int k = Math.min((int) at, AMOUNT.length - 2);
    return blend(AMOUNT[k], AMOUNT[k + 1], at - k);
  }

  private static double[] blend(double[] first, double[] second, double share) {
    double[] blended = new double[3];
    for (int k = 0; k < 3; k++) {
      blended[k] = (1 - share) * first[k] + share * second[k];
    }
    return blended;
  }

  /**
   * A distribution as an image of ink on white paper.
   *
   * @param full the weight of a pixel that is drawn fully dark, as more is too
   */
  static Picture ink(double[] weights, int side, double full) {
    Picture picture = new Picture(side, side);
    double[] dark = AMOUNT[AMOUNT.length - 1];
    for (int p = 0; p < weights.length; p++) {
      double ink = Math.min(1, weights[p] / full);
      picture.set(
          p % side,
          p / side,
          1 - ink * (1 - dark[0]),
          1 - ink * (1 - dark[1]),
          1 - ink * (1 - dark[2]));
    }
    return picture;
  }

  /** A weight that only the darkest of the inked pixels exceed. */
  static double fullInk(double[] weights) {
    double[] inked = Arrays.stream(weights).filter(w -> w > 0).sorted().toArray();
    return inked[inked.length * 9 / 10];
  }
}
