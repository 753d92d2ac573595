package jot;

/** Thrown instead of a status where {@link Sinkhorn.Builder#requireConvergence} was asked for. */
public final class NotConvergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How the solve ended. */
  private final Status status;

  NotConvergedException(Status status, int problem, double residual) {
    super("problem " + problem + ", residual " + residual + ": " + status.message());
    this.status = status;
  }

  /** How the solve ended. */
  public Status status() {
    return status;
  }
}
