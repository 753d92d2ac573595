package jot.bench.ffm;

import org.bytedeco.openblas.global.openblas_full;

/** How a function is called. */
public enum Way {
  /** A plain foreign call on native memory. */
  FFM("FFM, native memory", false) {
    @Override
    int noop() throws Throwable {
      return (int) OpenBlas.THREADS_PLAIN.invokeExact();
    }

    @Override
    double dot(int n, Operand x, Operand y) throws Throwable {
      return (double) OpenBlas.DOT_PLAIN.invokeExact(n, x.segment, 1, y.segment, 1);
    }

    @Override
    void gemv(int n, Operand a, Operand x, Operand y) throws Throwable {
      OpenBlas.GEMV_PLAIN.invokeExact(
          OpenBlas.ROW_MAJOR,
          OpenBlas.AS_IT_IS,
          n,
          n,
          1.0,
          a.segment,
          n,
          x.segment,
          1,
          0.0,
          y.segment,
          1);
    }
  },

  /** A critical foreign call, without the change of the thread's state, on native memory. */
  FFM_CRITICAL("FFM critical, native memory", false) {
    @Override
    int noop() throws Throwable {
      return (int) OpenBlas.THREADS_CRITICAL.invokeExact();
    }

    @Override
    double dot(int n, Operand x, Operand y) throws Throwable {
      return (double) OpenBlas.DOT_CRITICAL.invokeExact(n, x.segment, 1, y.segment, 1);
    }

    @Override
    void gemv(int n, Operand a, Operand x, Operand y) throws Throwable {
      OpenBlas.GEMV_CRITICAL.invokeExact(
          OpenBlas.ROW_MAJOR,
          OpenBlas.AS_IT_IS,
          n,
          n,
          1.0,
          a.segment,
          n,
          x.segment,
          1,
          0.0,
          y.segment,
          1);
    }
  },

  /** A critical foreign call on Java's arrays where they lie. */
  FFM_CRITICAL_HEAP("FFM critical, arrays", true) {
    @Override
    int noop() throws Throwable {
      return (int) OpenBlas.THREADS_CRITICAL_HEAP.invokeExact();
    }

    @Override
    double dot(int n, Operand x, Operand y) throws Throwable {
      return (double) OpenBlas.DOT_CRITICAL_HEAP.invokeExact(n, x.heap, 1, y.heap, 1);
    }

    @Override
    void gemv(int n, Operand a, Operand x, Operand y) throws Throwable {
      OpenBlas.GEMV_CRITICAL_HEAP.invokeExact(
          OpenBlas.ROW_MAJOR, OpenBlas.AS_IT_IS, n, n, 1.0, a.heap, n, x.heap, 1, 0.0, y.heap, 1);
    }
  },

  /** JavaCPP's JNI on native memory, with its checks of pointers. */
  JNI("JNI by JavaCPP, native memory", false) {
    @Override
    int noop() {
      return openblas_full.openblas_get_num_threads();
    }

    @Override
    double dot(int n, Operand x, Operand y) {
      return openblas_full.cblas_ddot(n, x.pointer, 1, y.pointer, 1);
    }

    @Override
    void gemv(int n, Operand a, Operand x, Operand y) {
      openblas_full.cblas_dgemv(
          OpenBlas.ROW_MAJOR,
          OpenBlas.AS_IT_IS,
          n,
          n,
          1.0,
          a.pointer,
          n,
          x.pointer,
          1,
          0.0,
          y.pointer,
          1);
    }
  },

  /** JavaCPP's JNI on Java's arrays, which it copies out and back (GetDoubleArrayElements). */
  JNI_ARRAY("JNI by JavaCPP, arrays", true) {
    @Override
    int noop() {
      return openblas_full.openblas_get_num_threads();
    }

    @Override
    double dot(int n, Operand x, Operand y) {
      return openblas_full.cblas_ddot(n, x.array, 1, y.array, 1);
    }

    @Override
    void gemv(int n, Operand a, Operand x, Operand y) {
      openblas_full.cblas_dgemv(
          OpenBlas.ROW_MAJOR,
          OpenBlas.AS_IT_IS,
          n,
          n,
          1.0,
          a.array,
          n,
          x.array,
          1,
          0.0,
          y.array,
          1);
    }
  };

  private final String title;
  private final boolean heap;

  Way(String title, boolean heap) {
    this.title = title;
    this.heap = heap;
  }

  /** For people. */
  String title() {
    return title;
  }

  /** What an operand holds after this way of calling. */
  double[] numbers(Operand operand) {
    return heap ? operand.array.clone() : operand.numbers();
  }

  /** OpenBLAS's number of threads. */
  abstract int noop() throws Throwable;

  /** x·y. */
  abstract double dot(int n, Operand x, Operand y) throws Throwable;

  /** y ← A x. */
  abstract void gemv(int n, Operand a, Operand x, Operand y) throws Throwable;
}
