package jot.bench.peers;

import java.io.Serial;

/** A library could not do something. The message is one line. */
final class PeerException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final boolean gone;

  private PeerException(String message, boolean gone) {
    super(message);
    this.gone = gone;
  }

  /** This one request failed; the next may go well. */
  static PeerException failed(String message) {
    return new PeerException(message, false);
  }

  /** The process is gone, or was ended because it gave no answer. */
  static PeerException gone(String message) {
    return new PeerException(message, true);
  }

  /** Whether the library is out of the race. */
  boolean isGone() {
    return gone;
  }
}
