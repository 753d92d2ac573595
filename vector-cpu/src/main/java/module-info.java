/** The CPU backend on the Vector API, found by {@link java.util.ServiceLoader}. */
module jot.vector {
  requires static org.jspecify;
  requires jdk.incubator.vector;
  requires jot;

  provides jot.spi.BackendProvider with
      jot.vector.VectorProvider;
}
