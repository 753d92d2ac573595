package jot.asynchronous;

import jot.reference.CheckedReference;
import jot.spi.Availability;
import jot.spi.Backend;
import jot.spi.BackendProvider;
import jot.spi.Session;

/**
 * Offers the asynchronous test backend: the reference kernels, which check whose memory they get,
 * behind a queue. Never chosen unasked.
 */
public final class AsynchronousProvider implements BackendProvider {
  /** For ServiceLoader. */
  public AsynchronousProvider() {}

  @Override
  public String name() {
    return "asynchronous";
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Availability availability() {
    return Availability.usable("reference kernels behind a queue, for tests");
  }

  @Override
  public Backend open(int threads) {
    Backend delegate = CheckedReference.open(threads);
    return new Backend() {
      @Override
      public String name() {
        return AsynchronousProvider.this.name();
      }

      @Override
      public String description() {
        return "asynchronous: " + delegate.description();
      }

      @Override
      public Session open(int batch, int rows, int columns) {
        return new AsynchronousSession(delegate.open(batch, rows, columns));
      }
    };
  }
}
