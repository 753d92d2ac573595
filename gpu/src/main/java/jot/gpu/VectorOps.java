package jot.gpu;

import jot.spi.Buffer;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/** The operations on vectors, and on matrices as long vectors. */
final class VectorOps {
  private static final int TILE = 32;

  private final Work work;

  VectorOps(Work work) {
    this.work = work;
  }

  void fill(Buffer x, double value, @Nullable Buffer active) {
    long count = CudaBuffer.of(x).size();
    long mask = work.mask(active);
    long to = work.out(x, active);
    work.each(Kernel.FILL, count)
        .put(to)
        .put(value)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void copy(Buffer from, Buffer to, @Nullable Buffer active) {
    long source = work.in(from);
    long mask = work.mask(active);
    convert(
        source,
        CudaBuffer.of(from).narrow(),
        work.out(to, active),
        CudaBuffer.of(to).narrow(),
        mask,
        CudaBuffer.of(from).size());
  }

  /** Copies numbers and changes their type. */
  void convert(long from, long fromNarrow, long to, long toNarrow, long mask, long count) {
    work.each(Kernel.CONVERT, count)
        .put(from)
        .put(fromNarrow)
        .put(to)
        .put(toNarrow)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  /** Takes over weights that lie somewhere on the device. */
  void weigh(
      long from,
      long narrow,
      long stride,
      Buffer to,
      @Nullable Buffer start,
      Buffer bad,
      Buffer mass) {
    long out = work.out(to);
    long potentials = start == null ? 0 : work.out(start);
    long first = work.out(bad);
    long sum = work.out(mass);
    work.whole(Kernel.WEIGH)
        .put(from)
        .put(narrow)
        .put(stride)
        .put(out)
        .put(potentials)
        .put(first)
        .put(sum)
        .put(CudaBuffer.of(to).size())
        .done();
  }

  void multiply(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    long count = CudaBuffer.of(x).size();
    long first = work.in(x);
    long second = work.in(y);
    long mask = work.mask(active);
    long to = work.out(out, active);
    work.each(Kernel.MULTIPLY, count)
        .put(first)
        .put(second)
        .put(to)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void reciprocal(Buffer x, Buffer out, @Nullable Buffer active) {
    long count = CudaBuffer.of(x).size();
    long from = work.in(x);
    long mask = work.mask(active);
    long to = work.out(out, active);
    work.each(Kernel.RECIPROCAL, count)
        .put(from)
        .put(to)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void dot(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    reduce(Kernel.DOT, work.in(x), work.in(y), out, active, CudaBuffer.of(x).size());
  }

  void maxAbs(Buffer x, Buffer out, @Nullable Buffer active) {
    reduce(Kernel.MAX_ABS, work.in(x), 0, out, active, CudaBuffer.of(x).size());
  }

  private void reduce(
      Kernel kernel, long x, long y, Buffer out, @Nullable Buffer active, long count) {
    long mask = work.mask(active);
    long to = work.out(out, active);
    work.whole(kernel).put(x).put(y).put(to).put(mask).put(count).done();
  }

  void axpy(double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer active) {
    scaled(Kernel.AXPY, s, p, q, x, y, active);
  }

  void xpay(Buffer x, Buffer p, Buffer q, Buffer y, @Nullable Buffer active) {
    scaled(Kernel.XPAY, 1, p, q, x, y, active);
  }

  private void scaled(
      Kernel kernel, double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer active) {
    long count = CudaBuffer.of(x).size();
    long upper = work.in(p);
    long lower = work.in(q);
    long from = work.in(x);
    long to = work.inOut(y);
    long mask = work.mask(active);
    work.each(kernel, count)
        .put(s)
        .put(upper)
        .put(lower)
        .put(from)
        .put(to)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void keepAbove(Buffer value, double factor, Buffer reference, Buffer active) {
    long first = work.in(value);
    long second = work.in(reference);
    long mask = work.inOut(active);
    work.problems(Kernel.KEEP_ABOVE)
        .put(first)
        .put(factor)
        .put(second)
        .put(mask)
        .put((long) work.batch)
        .done();
  }

  void center(Buffer x, Buffer weight, Buffer mean) {
    long of = work.inOut(x);
    long by = work.in(weight);
    long to = work.out(mean);
    work.whole(Kernel.CENTER).put(of).put(by).put(to).put(CudaBuffer.of(x).size()).done();
  }

  void absorb(Buffer scaling, Buffer epsilon, Buffer potential, @Nullable Buffer active) {
    long count = CudaBuffer.of(scaling).size();
    long of = work.inOut(scaling);
    long eps = work.in(epsilon);
    long to = work.inOut(potential);
    long mask = work.mask(active);
    work.each(Kernel.ABSORB, count)
        .put(of)
        .put(eps)
        .put(to)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void scaleColumns(MatrixSource.Gibbs plan, Buffer b, Buffer sums, @Nullable Buffer active) {
    long count = CudaBuffer.of(b).size();
    long g = work.inOut(plan.g());
    long eps = work.in(plan.epsilon());
    long mass = work.in(b);
    long of = work.in(sums);
    long mask = work.mask(active);
    work.each(Kernel.SCALE_COLUMNS, count)
        .put(g)
        .put(eps)
        .put(mass)
        .put(of)
        .put(mask)
        .put(count)
        .put((long) work.batch)
        .done();
  }

  void transpose(Buffer from, Buffer to, @Nullable Buffer active) {
    CudaBuffer source = CudaBuffer.of(from);
    long first = work.in(from);
    long mask = work.mask(active);
    long second = work.out(to, active);
    transpose(
        first,
        source.narrow(),
        second,
        CudaBuffer.of(to).narrow(),
        mask,
        source.rows(),
        source.columns());
  }

  /** to ← fromᵀ for matrices of so many rows and columns. */
  void transpose(
      long from, long fromNarrow, long to, long toNarrow, long mask, int rows, int columns) {
    work.tiles(Kernel.TRANSPOSE, rows, columns, TILE, Work.ROWS)
        .put(from)
        .put(fromNarrow)
        .put(to)
        .put(toNarrow)
        .put(mask)
        .put((long) rows)
        .put((long) columns)
        .put((long) work.batch)
        .done();
  }

  void findNonFinite(Buffer matrix, Buffer found) {
    CudaBuffer values = CudaBuffer.of(matrix);
    long from = work.in(matrix);
    long to = work.out(found);
    work.whole(Kernel.FIND_NON_FINITE)
        .put(from)
        .put(values.narrow())
        .put(to)
        .put(values.size())
        .done();
  }
}
