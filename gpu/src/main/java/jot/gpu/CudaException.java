package jot.gpu;

import jot.spi.Session;

/**
 * A call of a CUDA library failed. The message names the call, the status and what to do. Where it
 * comes from an operation of the past, {@link Session#poll} throws it.
 */
public final class CudaException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final int status;

  CudaException(String call, int status, String message) {
    super(message);
    this.call = call;
    this.status = status;
  }

  /** The function that reported the failure, such as {@code "cudaMalloc"}. */
  public String call() {
    return call;
  }

  /** The status that it returned. */
  public int status() {
    return status;
  }
}
