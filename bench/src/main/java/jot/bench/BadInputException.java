package jot.bench;

import java.io.Serial;

/**
 * Something the user gave is wrong. The message is one line: the option and its file, what is
 * expected, what was received, what to do. The command ends with exit code 2.
 */
public final class BadInputException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /** With the line that the user shall read. */
  public BadInputException(String message) {
    super(message);
  }

  /** With the line that the user shall read, and what made it come to light. */
  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
