package jot;

import jot.spi.DeviceSession;
import jot.spi.Session;
import jot.tensor.DeviceMemory;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What every input must pass before any work is done. Messages read: argument, what is expected,
 * what was received, what to do. Nothing is allocated where all is well.
 */
final class Checks {
  private Checks() {}

  static IllegalArgumentException bad(String message) {
    return new IllegalArgumentException(message);
  }

  /** Memory of the host, alive, and this thread may touch it. */
  static void usable(String name, Tensor tensor) {
    DeviceMemory device = tensor.device();
    if (device != null) {
      throw bad(
          name
              + ": expected memory of the host, received a tensor on the device of the backend '"
              + device.backend()
              + "'; only dense costs, weights and dense plan gradients are taken from there: copy"
              + " it to the host");
    }
    if (!tensor.isAlive()) {
      throw bad(
          name
              + ": expected memory that is alive, received a tensor whose arena is closed; keep the"
              + " arena open while jot works on it");
    }
    if (!tensor.segment().isAccessibleBy(Thread.currentThread())) {
      throw bad(
          name
              + ": expected memory that this thread may touch, received a tensor in another"
              + " thread's confined arena; allocate it in Arena.ofShared() or Arena.ofAuto()");
    }
  }

  /** As {@link #usable(String, Tensor)}, or on the device that the session works on. */
  static void usable(String name, Tensor tensor, Session session) {
    DeviceMemory memory = tensor.device();
    if (memory == null) {
      usable(name, tensor);
    } else if (!(session instanceof DeviceSession here)
        || !here.device().equals(memory.backend())) {
      throw bad(
          name
              + ": expected memory that this backend can read, received a tensor on the device of"
              + " the backend '"
              + memory.backend()
              + "'; choose that backend, or copy the tensor to the host");
    }
  }

  /** A tensor of exactly this shape in memory of the host. */
  static void matrix(String name, Tensor tensor, int batch, int rows, int columns) {
    shape(name, tensor, batch, rows, columns);
    usable(name, tensor);
  }

  /** A tensor of a session's shape, on its device or the host. */
  static void matrix(String name, Tensor tensor, Session session) {
    shape(name, tensor, session.batch(), session.rows(), session.columns());
    usable(name, tensor, session);
  }

  private static void shape(String name, Tensor tensor, int batch, int rows, int columns) {
    if (tensor.batch() != batch || tensor.rows() != rows || tensor.cols() != columns) {
      throw bad(
          name
              + ": expected shape ("
              + batch
              + ", "
              + rows
              + ", "
              + columns
              + "), received "
              + tensor.shape());
    }
  }

  /** A vector a problem, or one for all, in memory of the host. */
  static void vector(String name, Tensor tensor, int batch, int length) {
    vectorShape(name, tensor, batch, length);
    usable(name, tensor);
  }

  /** A vector a problem, or one for all, on the session's device or the host. */
  static void vector(String name, Tensor tensor, Session session, int length) {
    vectorShape(name, tensor, session.batch(), length);
    usable(name, tensor, session);
  }

  private static void vectorShape(String name, Tensor tensor, int batch, int length) {
    boolean lies = tensor.rows() == 1 && tensor.cols() == length;
    boolean stands = tensor.cols() == 1 && tensor.rows() == length;
    if (!(lies || stands) || (tensor.batch() != batch && tensor.batch() != 1)) {
      throw bad(
          name
              + ": expected shape ("
              + batch
              + ", 1, "
              + length
              + ") or ("
              + batch
              + ", "
              + length
              + ", 1), received "
              + tensor.shape());
    }
  }

  /** No NaN; infinities may be. */
  static void noNan(String name, Tensor tensor) {
    long count = tensor.shape().elements();
    for (long k = 0; k < count; k++) {
      if (Double.isNaN(tensor.getFlat(k))) {
        throw bad(name + ": expected numbers, received NaN at flat index " + k);
      }
    }
  }

  /** Finite numbers only. */
  static void finite(String name, Tensor tensor) {
    long count = tensor.shape().elements();
    for (long k = 0; k < count; k++) {
      double value = tensor.getFlat(k);
      if (!Double.isFinite(value)) {
        throw bad(name + ": expected finite numbers, received " + value + " at flat index " + k);
      }
    }
  }

  /** A finite positive ε whose inverse is finite too. */
  static double epsilon(double epsilon) {
    if (!(epsilon >= Double.MIN_NORMAL) || epsilon == Double.POSITIVE_INFINITY) {
      throw bad(
          "epsilon: expected a positive finite number in the unit of the cost, received "
              + epsilon
              + "; a hundredth of the cost's range is a usual start");
    }
    return epsilon;
  }

  /** The ε of a problem: given for it, given for all, or the configured one. */
  static double epsilon(double @Nullable [] given, double configured, int problem, int batch) {
    if (given == null) {
      return configured;
    }
    if (given.length != 1 && given.length != batch) {
      throw bad(
          "epsilon: expected 1 or " + batch + " values, one a problem, received " + given.length);
    }
    return epsilon(given.length == 1 ? given[0] : given[problem]);
  }
}
