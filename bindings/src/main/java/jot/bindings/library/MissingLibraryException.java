package jot.bindings.library;

/** A CUDA library is not there, cannot be loaded, or lacks a function. One line says which. */
public final class MissingLibraryException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  MissingLibraryException(String message) {
    super(message);
  }
}
