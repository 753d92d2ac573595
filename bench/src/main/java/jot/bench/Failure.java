package jot.bench;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Turns an exception into one line on stderr and an exit code. */
final class Failure {

  private Failure() {}

  static int explain(Exception exception, CommandLine command, boolean stacktrace) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    boolean expected = exception instanceof BadInputException;
    if (stacktrace) {
      exception.printStackTrace(err);
    }
    err.println(
        name
            + ": "
            + (expected ? oneLine(exception) : unexpected(exception))
            + (expected || stacktrace ? "" : " (add --stacktrace to see where)"));
    err.flush();
    return expected ? Jot.BAD_INPUT : Jot.FAILED;
  }

  /** The message of an exception without line breaks; its class where there is no message. */
  static String oneLine(Throwable exception) {
    String message = exception.getMessage();
    return message == null || message.isBlank()
        ? exception.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static String unexpected(Exception exception) {
    return "unexpected "
        + exception.getClass().getSimpleName()
        + (exception.getMessage() == null ? "" : ": " + oneLine(exception));
  }
}
