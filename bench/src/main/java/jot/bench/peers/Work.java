package jot.bench.peers;

import java.util.Locale;

/** What is timed. */
enum Work {
  /** One iteration: both potentials are updated once. */
  SWEEP,
  /** From the cost to the plan, at the tolerance. */
  SOLVE,
  /** From ∂ℓ/∂P to ∂ℓ/∂C at converged potentials. */
  BACKWARD,
  /** A whole process, from files to files. */
  COLD;

  /** As it stands in peers.json. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
