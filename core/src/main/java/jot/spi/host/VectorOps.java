package jot.spi.host;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.tensor.DType;
import org.jspecify.annotations.Nullable;

/** The vector operations of a {@link HostSession}: a problem is one row of a kernel. */
final class VectorOps {
  private final RowKernels kernels;
  private final int batch;

  VectorOps(RowKernels kernels, int batch) {
    this.kernels = kernels;
    this.batch = batch;
  }

  private static boolean skip(@Nullable Buffer active, int problem) {
    return active != null && HostBuffer.of(active).get(problem, 0) == 0;
  }

  private static double quotient(Buffer p, Buffer q, int problem) {
    double divisor = HostBuffer.of(q).get(problem, 0);
    return divisor == 0 ? 0 : HostBuffer.of(p).get(problem, 0) / divisor;
  }

  void fill(HostBuffer x, double value, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        for (int i = 0; i < x.rows(); i++) {
          kernels.fill(value, x.segment, x.at(problem, i), x.columns());
        }
      }
    }
  }

  void copy(HostBuffer from, HostBuffer to, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        for (int i = 0; i < from.rows(); i++) {
          copyRow(kernels, from, to, problem, i);
        }
      }
    }
  }

  static void copyRow(RowKernels kernels, HostBuffer from, HostBuffer to, int problem, int i) {
    if (from.dtype() == DType.F64) {
      Materialise.store(kernels, from.segment, from.at(problem, i), to, problem, i);
    } else if (to.dtype() == DType.F64) {
      kernels.widen(
          from.segment, from.at(problem, i), to.segment, to.at(problem, i), from.columns());
    } else {
      java.lang.foreign.MemorySegment.copy(
          from.segment, from.at(problem, i), to.segment, to.at(problem, i), 4L * from.columns());
    }
  }

  void multiply(HostBuffer x, HostBuffer y, HostBuffer out, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        for (int i = 0; i < x.rows(); i++) {
          kernels.multiply(
              x.segment,
              x.at(problem, i),
              y.segment,
              y.at(problem, i),
              out.segment,
              out.at(problem, i),
              x.columns());
        }
      }
    }
  }

  void reciprocal(HostBuffer x, HostBuffer out, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        for (int k = 0; k < x.columns(); k++) {
          double value = x.get(problem, k);
          out.set(problem, k, value > 0 ? 1 / value : 0);
        }
      }
    }
  }

  void dot(HostBuffer x, HostBuffer y, HostBuffer out, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        out.set(
            problem,
            0,
            kernels.dot(x.segment, x.at(problem), y.segment, y.at(problem), x.columns()));
      }
    }
  }

  void axpy(double s, Buffer p, Buffer q, HostBuffer x, HostBuffer y, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        double factor = s * quotient(p, q, problem);
        for (int i = 0; i < x.rows(); i++) {
          kernels.axpy(
              factor, x.segment, x.at(problem, i), y.segment, y.at(problem, i), x.columns());
        }
      }
    }
  }

  void xpay(HostBuffer x, Buffer p, Buffer q, HostBuffer y, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        kernels.xpay(
            x.segment,
            x.at(problem),
            quotient(p, q, problem),
            y.segment,
            y.at(problem),
            x.columns());
      }
    }
  }

  void keepAbove(HostBuffer value, double factor, HostBuffer reference, HostBuffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!(value.get(problem, 0) > factor * reference.get(problem, 0))) {
        active.set(problem, 0, 0);
      }
    }
  }

  void center(HostBuffer x, HostBuffer weight, HostBuffer mean) {
    for (int problem = 0; problem < batch; problem++) {
      double sum = 0;
      int count = 0;
      for (int k = 0; k < x.columns(); k++) {
        if (weight.get(problem, k) > 0) {
          sum += x.get(problem, k);
          count++;
        }
      }
      double average = count == 0 ? 0 : sum / count;
      for (int k = 0; k < x.columns(); k++) {
        x.set(problem, k, x.get(problem, k) - average);
      }
      mean.set(problem, 0, average);
    }
  }

  void maxAbs(HostBuffer x, HostBuffer out, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        double largest = 0;
        for (int k = 0; k < x.columns(); k++) {
          largest = Math.max(largest, Math.abs(x.get(problem, k)));
        }
        out.set(problem, 0, largest);
      }
    }
  }

  void scaleColumns(
      MatrixSource.Gibbs plan, HostBuffer b, HostBuffer sums, @Nullable Buffer active) {
    HostBuffer g = HostBuffer.of(plan.g());
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        double epsilon = HostBuffer.of(plan.epsilon()).get(problem, 0);
        for (int j = 0; j < b.columns(); j++) {
          double mass = b.get(problem, j);
          double sum = sums.get(problem, j);
          if (mass > 0 && sum > 0) {
            double quotient = Math.clamp(mass / sum, Double.MIN_VALUE, Double.MAX_VALUE);
            g.set(problem, j, g.get(problem, j) + epsilon * Math.log(quotient));
          }
        }
      }
    }
  }

  void absorb(
      HostBuffer scaling, HostBuffer epsilon, HostBuffer potential, @Nullable Buffer active) {
    for (int problem = 0; problem < batch; problem++) {
      if (!skip(active, problem)) {
        double eps = epsilon.get(problem, 0);
        for (int k = 0; k < scaling.columns(); k++) {
          double old = potential.get(problem, k);
          potential.set(problem, k, old + eps * Math.log(scaling.get(problem, k)));
          scaling.set(problem, k, 1);
        }
      }
    }
  }
}
