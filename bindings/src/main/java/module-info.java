/** The CUDA libraries' functions as jextract generates them. */
module jot.bindings {
  requires static org.jspecify;
}
