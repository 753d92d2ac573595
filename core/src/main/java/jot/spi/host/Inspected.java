package jot.spi.host;

/** What an inspection has found of each problem's cost, for the anchors that it has set. */
final class Inspected {
  /** Whether anchors were taken off: else they are all 0. */
  final boolean[] anchored;

  /** The largest finite |cost|. */
  final double[] largestCost;

  /** Whether all costs are finite. */
  final boolean[] finiteCost;

  Inspected(int batch) {
    anchored = new boolean[batch];
    largestCost = new double[batch];
    finiteCost = new boolean[batch];
  }
}
