package jot.bench.peers;

import java.util.Locale;

/** Where costs come from. */
enum CostKind {
  /** Squared distances of points drawn evenly from the unit square. */
  POINTS,
  /** Independent, even between 0 and 1. */
  UNIFORM;

  /** As it stands in peers.json. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
