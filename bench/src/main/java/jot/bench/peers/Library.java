package jot.bench.peers;

import java.util.Locale;

/** A Python library that {@code peer_NAME.py} among the scripts can time. */
enum Library {
  POT("POT"),
  TORCH("PyTorch"),
  OTT("OTT-JAX"),
  GEOMLOSS("GeomLoss"),
  REGOT("RegOT");

  private final String title;

  Library(String title) {
    this.title = title;
  }

  /** What people call it. */
  String title() {
    return title;
  }

  /** What its script is called. */
  String script() {
    return name().toLowerCase(Locale.ROOT);
  }
}
