package jot.tensor;

import java.io.IOException;
import java.io.Serial;

/**
 * A file that could be read but is not an array that jot takes. The message names the file, what
 * was expected, what was found, and what to do.
 */
public final class NpyFormatException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  NpyFormatException(String message) {
    super(message);
  }
}
