package jot.reference;

import jot.spi.Backend;
import jot.spi.Session;
import jot.spi.host.HostBackend;
import jot.spi.host.OwnOperands;

/** The reference backend, with kernels that check whose memory they get. */
public final class CheckedReference {
  private CheckedReference() {}

  /** Starts it. */
  public static Backend open(int threads) {
    Backend delegate =
        new HostBackend(
            "reference",
            "reference: checked scalar loops, " + threads + " thread(s)",
            OwnOperands.checking(new ScalarKernels()),
            threads);
    return new Backend() {
      @Override
      public String name() {
        return delegate.name();
      }

      @Override
      public String description() {
        return delegate.description();
      }

      @Override
      public Session open(int batch, int rows, int columns) {
        return OwnOperands.known(delegate.open(batch, rows, columns));
      }
    };
  }
}
