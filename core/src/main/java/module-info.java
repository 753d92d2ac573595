/** Optimal transport with entropic regularisation, differentiable in everything it is given. */
module jot {
  requires static org.jspecify;

  exports jot.tensor;
}
