package jot.gpu;

import java.util.Map;
import jot.spi.Availability;
import jot.spi.Backend;
import jot.spi.BackendProvider;

/** Offers the CUDA backend. Loads on every machine and touches a library only when asked. */
public final class CudaProvider implements BackendProvider {
  static final String NAME = "cuda";

  /** For ServiceLoader. */
  public CudaProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 20;
  }

  @Override
  public Availability availability() {
    return CudaProbe.availability();
  }

  @Override
  public Map<String, String> libraries() {
    return LibraryVersions.all();
  }

  @Override
  public Backend open(int threads) {
    Availability availability = availability();
    if (!availability.usable()) {
      throw new IllegalStateException("the CUDA backend cannot run here: " + availability.reason());
    }
    return new CudaBackend();
  }
}
