/** The CUDA libraries' functions as jextract generates them, and where those libraries lie. */
module jot.bindings {
  requires static org.jspecify;

  exports jot.bindings.cublas;
  exports jot.bindings.cudart;
  exports jot.bindings.cusolver;
  exports jot.bindings.driver;
  exports jot.bindings.library;
  exports jot.bindings.nvrtc;
}
