package jot.reference;

import jot.spi.Availability;
import jot.spi.Backend;
import jot.spi.BackendProvider;
import jot.spi.host.HostBackend;

/** Offers the reference backend: plain scalar loops that run anywhere. */
public final class ReferenceProvider implements BackendProvider {
  /** For ServiceLoader. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability availability() {
    return Availability.usable("scalar loops, runs anywhere");
  }

  @Override
  public Backend open(int threads) {
    String description = "reference: scalar loops, " + threads + " thread(s)";
    return new HostBackend(name(), description, new ScalarKernels(), threads);
  }
}
