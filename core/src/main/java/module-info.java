/** Optimal transport with entropic regularisation, differentiable in everything it is given. */
module jot {
  requires static transitive org.jspecify;

  exports jot;
  exports jot.geometry;
  exports jot.spi;
  exports jot.spi.host;
  exports jot.tensor;

  uses jot.spi.BackendProvider;

  provides jot.spi.BackendProvider with
      jot.reference.ReferenceProvider;
}
