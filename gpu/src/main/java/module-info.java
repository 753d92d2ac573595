/** The CUDA backend, found by {@link java.util.ServiceLoader}. */
module jot.gpu {
  requires static org.jspecify;
  requires jot;
  requires jot.bindings;

  provides jot.spi.BackendProvider with
      jot.gpu.CudaProvider;
}
