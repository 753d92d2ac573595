package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts draws that a property could not use, and allows few of them. */
final class DiscardCount {

  private final double share;
  private final AtomicInteger kept = new AtomicInteger();
  private final AtomicInteger discarded = new AtomicInteger();

  DiscardCount(double share) {
    this.share = share;
  }

  /** Counts a draw; returns whether it is to be used. */
  boolean keep(boolean usable) {
    (usable ? kept : discarded).incrementAndGet();
    return usable;
  }

  /** Fails when more than the allowed share was discarded, once there are enough to tell. */
  void check() {
    int all = kept.get() + discarded.get();
    if (all >= 20) {
      assertThat(discarded.get())
          .as("discarded of %s draws", all)
          .isLessThanOrEqualTo((int) (share * all));
    }
  }
}
