package jot.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A view of native memory as {@code batch × rows × cols} numbers of one {@link DType}, row-major
 * and without gaps: element (b, i, j) is number {@code (b · rows + i) · cols + j}.
 *
 * <p><b>Memory.</b> A tensor owns nothing and frees nothing. Its memory lives as long as the arena
 * (or the buffer) that it comes from, and views ({@link #problem}, {@link #reshape}, {@link
 * #asReadOnly}) share it. User memory is read and written where it lies. After the arena is closed
 * every access throws {@link IllegalStateException}; {@link #isAlive} tells beforehand.
 *
 * <p><b>Devices.</b> A tensor made by {@link #onDevice} names memory that only one backend can
 * read. The host cannot: its accessors, {@link #segment} and the copies throw {@link
 * IllegalStateException}.
 *
 * <p><b>Threads.</b> The view is immutable and may be shared; its elements are plain memory, so
 * writes need the caller's own synchronisation. Memory of a confined arena answers to its own
 * thread alone: any other one gets a {@link WrongThreadException}.
 *
 * <p><b>Cost.</b> Making a view allocates a few small objects on the heap; the accessors allocate
 * nothing. They check their indexes and serve for reading results and in tests; kernels work on
 * {@link #segment}.
 */
public final class Tensor {

  /** Longest array that every virtual machine can make. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final MemorySegment segment;
  private final DType dtype;
  private final Shape shape;
  private final @Nullable DeviceMemory device;

  private Tensor(MemorySegment segment, DType dtype, Shape shape) {
    this(segment, dtype, shape, null);
  }

  private Tensor(MemorySegment segment, DType dtype, Shape shape, @Nullable DeviceMemory device) {
    this.segment = segment;
    this.dtype = dtype;
    this.shape = shape;
    this.device = device;
  }

  // ---- Making a tensor ----------------------------------------------------------------------

  /**
   * Allocates a tensor of zeros, aligned to 64 bytes, that lives as long as {@code arena}.
   *
   * @throws IllegalArgumentException if the arena is closed or belongs to another thread
   * @throws OutOfMemoryError if the machine does not have the memory
   */
  public static Tensor allocate(Arena arena, DType dtype, Shape shape) {
    Tensor tensor = uninitialized(arena, dtype, shape);
    boolean ofTheJdk = arena.getClass().getModule() == Arena.class.getModule();
    if (!ofTheJdk) { // its arenas have done this already; one that recycles memory need not
      tensor.segment.fill((byte) 0);
    }
    return tensor;
  }

  /**
   * Views the first bytes of {@code segment} as a tensor, without a copy. The segment may be longer
   * than the shape needs. A read-only segment gives a read-only tensor.
   *
   * @throws IllegalArgumentException if the segment is on the heap, is not aligned to the size of
   *     an element, is too small, is closed, or belongs to another thread
   */
  public static Tensor wrap(MemorySegment segment, DType dtype, Shape shape) {
    return new Tensor(Memory.view("segment", segment, dtype, shape), dtype, shape);
  }

  /**
   * Views the bytes of a direct buffer from its position as a tensor, without a copy. The buffer's
   * position and limit are respected and left as they are; later changes of them do not matter. The
   * tensor keeps the buffer's memory reachable.
   *
   * @throws IllegalArgumentException if the buffer is not direct, is not in native byte order (a
   *     new {@code ByteBuffer} is big-endian), is not aligned to the size of an element at its
   *     position, has too few bytes up to its limit, or is a view of a segment that is closed or
   *     belongs to another thread
   */
  public static Tensor wrap(ByteBuffer direct, DType dtype, Shape shape) {
    return new Tensor(Memory.view("direct", direct, dtype, shape), dtype, shape);
  }

  /**
   * Names memory of the caller's on a device, row-major and without gaps, without a copy. It is
   * neither owned nor watched: it must stay allocated, and hold what it holds, as long as jot works
   * on it.
   *
   * @param memory where the first number lies
   * @throws IllegalArgumentException if the address is not aligned to the size of an element
   */
  public static Tensor onDevice(DeviceMemory memory, DType dtype, Shape shape) {
    if (memory.address() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          "memory: expected an address that is a multiple of %d for %s, received %#x"
              .formatted(dtype.bytes(), dtype, memory.address()));
    }
    return new Tensor(MemorySegment.NULL, dtype, shape, memory);
  }

  /**
   * Copies {@code matrix[i][j]} to a new F64 tensor (1, rows, cols) in {@code arena}.
   *
   * @throws IllegalArgumentException if the matrix is empty or its rows differ in length, or if the
   *     arena is closed or belongs to another thread
   */
  public static Tensor of(Arena arena, double[][] matrix) {
    return of(arena, new double[][][] {matrix});
  }

  /**
   * Copies {@code batch[b][i][j]} to a new F64 tensor (batch, rows, cols) in {@code arena}.
   *
   * @throws IllegalArgumentException if there is nothing in it or its matrices or rows differ in
   *     length, or if the arena is closed or belongs to another thread
   */
  public static Tensor of(Arena arena, double[][][] batch) {
    Shape shape = shapeOf(batch);
    Tensor tensor = uninitialized(arena, DType.F64, shape);
    long offset = 0;
    for (double[][] matrix : batch) {
      for (double[] row : matrix) {
        MemorySegment.copy(row, 0, tensor.segment, DType.DOUBLE, offset, row.length);
        offset += (long) row.length * Double.BYTES;
      }
    }
    return tensor;
  }

  /**
   * Copies {@code values} to a new F64 tensor (1, 1, n) in {@code arena}.
   *
   * @throws IllegalArgumentException if there are none, or if the arena is closed or belongs to
   *     another thread
   */
  public static Tensor vector(Arena arena, double... values) {
    Tensor tensor = uninitialized(arena, DType.F64, Shape.vector(values.length));
    MemorySegment.copy(values, 0, tensor.segment, DType.DOUBLE, 0, values.length);
    return tensor;
  }

  /** A tensor whose content is the arena's affair, for those who write all of it. */
  static Tensor uninitialized(Arena arena, DType dtype, Shape shape) {
    return new Tensor(Memory.allocate(arena, dtype, shape), dtype, shape);
  }

  // ---- What it is ---------------------------------------------------------------------------

  /** Type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** Number of problems, of rows and of columns. */
  public Shape shape() {
    return shape;
  }

  /** Number of problems. */
  public int batch() {
    return shape.batch();
  }

  /** Rows of each problem. */
  public int rows() {
    return shape.rows();
  }

  /** Columns of each problem. */
  public int cols() {
    return shape.cols();
  }

  /**
   * The memory itself, of exactly {@code shape().elements() · dtype().bytes()} bytes, aligned to
   * the size of an element (to 64 bytes where jot has allocated it).
   *
   * @throws IllegalStateException if the memory is a device's
   */
  public MemorySegment segment() {
    return host();
  }

  /** Where the numbers lie on a device; null for memory of the host. */
  public @Nullable DeviceMemory device() {
    return device;
  }

  /** Whether the numbers lie on a device, where the host cannot read them. */
  public boolean isOnDevice() {
    return device != null;
  }

  /** Whether the elements cannot be written through this tensor. */
  public boolean isReadOnly() {
    return segment.isReadOnly();
  }

  /** Whether the memory's arena is still open; true for a device's, which nobody watches. */
  public boolean isAlive() {
    return segment.scope().isAlive();
  }

  // ---- Elements -----------------------------------------------------------------------------

  /**
   * Element in row {@code i} and column {@code j} of problem {@code b}; an F32 element is widened
   * exactly.
   *
   * @throws IndexOutOfBoundsException if an index is outside the shape
   * @throws IllegalStateException if the arena is closed
   */
  public double get(int b, int i, int j) {
    return load(index(b, i, j));
  }

  /**
   * Element in row {@code i} and column {@code j} of the only problem.
   *
   * @throws IndexOutOfBoundsException if an index is outside the shape
   * @throws IllegalStateException if the batch is not 1, or if the arena is closed
   */
  public double get(int i, int j) {
    requireSingle();
    return load(index(0, i, j));
  }

  /**
   * Element {@code i} of the only vector: of (1, 1, n) or (1, n, 1).
   *
   * @throws IndexOutOfBoundsException if the index is outside the shape
   * @throws IllegalStateException if the tensor is not one vector, or if the arena is closed
   */
  public double get(int i) {
    if (batch() != 1 || (rows() != 1 && cols() != 1)) {
      throw new IllegalStateException(
          "get(i): expected one vector, received a tensor "
              + shape
              + ": call get(b, i, j) or getFlat(k)");
    }
    return getFlat(i);
  }

  /**
   * Sets the element in row {@code i} and column {@code j} of problem {@code b}; in an F32 tensor
   * {@code v} is rounded to the nearest float.
   *
   * @throws IndexOutOfBoundsException if an index is outside the shape
   * @throws IllegalStateException if the tensor is read-only, or if the arena is closed
   */
  public void set(int b, int i, int j, double v) {
    requireWritable();
    store(index(b, i, j), v);
  }

  /**
   * Sets the element in row {@code i} and column {@code j} of the only problem; in an F32 tensor
   * {@code v} is rounded to the nearest float.
   *
   * @throws IndexOutOfBoundsException if an index is outside the shape
   * @throws IllegalStateException if the batch is not 1, if the tensor is read-only, or if the
   *     arena is closed
   */
  public void set(int i, int j, double v) {
    requireSingle();
    requireWritable();
    store(index(0, i, j), v);
  }

  /**
   * Element number {@code k} in the order of memory, (b · rows + i) · cols + j.
   *
   * @throws IndexOutOfBoundsException if there is none
   * @throws IllegalStateException if the arena is closed
   */
  public double getFlat(long k) {
    return load(Objects.checkIndex(k, shape.elements()));
  }

  /**
   * Sets element number {@code k} in the order of memory, (b · rows + i) · cols + j; in an F32
   * tensor {@code v} is rounded to the nearest float.
   *
   * @throws IndexOutOfBoundsException if there is none
   * @throws IllegalStateException if the tensor is read-only, or if the arena is closed
   */
  public void setFlat(long k, double v) {
    requireWritable();
    store(Objects.checkIndex(k, shape.elements()), v);
  }

  // ---- Views --------------------------------------------------------------------------------

  /**
   * View of problem {@code b}, of the shape (1, rows, cols), on the same memory.
   *
   * @throws IndexOutOfBoundsException if there is no such problem
   */
  public Tensor problem(int b) {
    Objects.checkIndex(b, batch());
    long bytes = shape.problemElements() * dtype.bytes();
    if (device != null) {
      return new Tensor(segment, dtype, Shape.matrix(rows(), cols()), device.plus(b * bytes));
    }
    return new Tensor(segment.asSlice(b * bytes, bytes), dtype, Shape.matrix(rows(), cols()));
  }

  /**
   * View of the same elements in the same order under another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public Tensor reshape(Shape s) {
    if (s.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          "s: expected a shape of %d elements as %s has, received %s with %d: give one with the same"
                  .formatted(shape.elements(), shape, s, s.elements())
              + " product");
    }
    return new Tensor(segment, dtype, s, device);
  }

  /**
   * View through which the elements cannot be written; the memory itself may still change.
   *
   * @throws IllegalStateException if the memory is a device's
   */
  public Tensor asReadOnly() {
    return isReadOnly() ? this : new Tensor(host().asReadOnly(), dtype, shape);
  }

  // ---- Copies -------------------------------------------------------------------------------

  /**
   * Copies the elements to new memory of {@code arena} as the given type, with 64-byte alignment.
   * F64 becomes F32 by rounding to nearest: beyond the range of a float that gives ±∞.
   *
   * @throws IllegalArgumentException if the arena is closed or belongs to another thread
   * @throws IllegalStateException if this tensor's own arena is closed
   */
  public Tensor copyTo(Arena arena, DType dtype) {
    Tensor copy = uninitialized(arena, dtype, shape);
    copy.copyFrom(this);
    return copy;
  }

  /**
   * Overwrites this tensor with the elements of {@code other}, converted to this type as {@link
   * #copyTo} does. Memory of the same type may overlap. Allocates nothing that lasts.
   *
   * @throws IllegalArgumentException if the shapes differ, or if the types differ and the memory
   *     overlaps
   * @throws IllegalStateException if this tensor is read-only, or if an arena is closed
   */
  public void copyFrom(Tensor other) {
    requireWritable();
    if (!shape.equals(other.shape)) {
      throw new IllegalArgumentException(
          "other: expected the shape %s, received %s: reshape it first"
              .formatted(shape, other.shape));
    }
    if (dtype == other.dtype) {
      host().copyFrom(other.host());
      return;
    }
    if (host().asOverlappingSlice(other.host()).isPresent()) {
      throw new IllegalArgumentException(
          "other: expected memory of its own for a conversion from %s to %s, received memory that"
                  .formatted(other.dtype, dtype)
              + " overlaps: copy it with copyTo(arena, dtype)");
    }
    long elements = shape.elements();
    if (dtype == DType.F64) {
      for (long k = 0; k < elements; k++) {
        segment.setAtIndex(DType.DOUBLE, k, other.segment.getAtIndex(DType.FLOAT, k));
      }
    } else {
      for (long k = 0; k < elements; k++) {
        segment.setAtIndex(DType.FLOAT, k, (float) other.segment.getAtIndex(DType.DOUBLE, k));
      }
    }
  }

  /**
   * All elements in the order of memory, in a new array on the heap.
   *
   * @throws IllegalStateException if they are more than an array can hold, or if the arena is
   *     closed
   */
  public double[] toArray() {
    long elements = shape.elements();
    if (elements > MAX_ARRAY) {
      throw new IllegalStateException(
          "toArray(): expected at most %d elements, received a tensor %s with %d: read segment()"
                  .formatted(MAX_ARRAY, shape, elements)
              + " instead");
    }
    double[] array = new double[(int) elements];
    read(0, array);
    return array;
  }

  /**
   * The elements of the only problem as {@code matrix[i][j]}, in new arrays on the heap.
   *
   * @throws IllegalStateException if the batch is not 1, or if the arena is closed
   */
  public double[][] toMatrix() {
    requireSingle();
    double[][] matrix = new double[rows()][cols()];
    for (int i = 0; i < rows(); i++) {
      read((long) i * cols(), matrix[i]);
    }
    return matrix;
  }

  /**
   * Sets every element to {@code v}; in an F32 tensor {@code v} is rounded to the nearest float.
   *
   * @throws IllegalStateException if the tensor is read-only, or if the arena is closed
   */
  public void fill(double v) {
    requireWritable();
    long elements = shape.elements();
    for (long k = 0; k < elements; k++) {
      store(k, v);
    }
  }

  /** Type and shape, without the elements, such as {@code Tensor F64 (2, 3, 4)}. */
  @Override
  public String toString() {
    return "Tensor " + dtype + " " + shape;
  }

  // ---- Inside -------------------------------------------------------------------------------

  /** Refuses arrays that are not rectangular. */
  private static Shape shapeOf(double[][][] batch) {
    int rows = batch.length == 0 ? 0 : batch[0].length;
    int cols = rows == 0 ? 0 : batch[0][0].length;
    Shape shape = new Shape(batch.length, rows, cols);
    for (int b = 0; b < batch.length; b++) {
      if (batch[b].length != rows) {
        throw new IllegalArgumentException(
            "batch: expected %d rows in every matrix, received %d in matrix %d: pad the problems"
                .formatted(rows, batch[b].length, b));
      }
      for (int i = 0; i < rows; i++) {
        if (batch[b][i].length != cols) {
          throw new IllegalArgumentException(
              "matrix: expected %d columns in every row, received %d in row %d of matrix %d: make"
                      .formatted(cols, batch[b][i].length, i, b)
                  + " it rectangular");
        }
      }
    }
    return shape;
  }

  /** The memory, where the host may touch it. */
  private MemorySegment host() {
    if (device != null) {
      throw new IllegalStateException(
          "tensor: expected memory of the host, received a tensor on the device of the backend '"
              + device.backend()
              + "': copy its numbers to the host with that device's own functions first");
    }
    return segment;
  }

  private double load(long k) {
    return dtype == DType.F64
        ? host().getAtIndex(DType.DOUBLE, k)
        : host().getAtIndex(DType.FLOAT, k);
  }

  private void store(long k, double v) {
    if (dtype == DType.F64) {
      host().setAtIndex(DType.DOUBLE, k, v);
    } else {
      host().setAtIndex(DType.FLOAT, k, (float) v);
    }
  }

  private void read(long from, double[] array) {
    if (dtype == DType.F64) {
      MemorySegment.copy(host(), DType.DOUBLE, from * Double.BYTES, array, 0, array.length);
      return;
    }
    for (int k = 0; k < array.length; k++) {
      array[k] = host().getAtIndex(DType.FLOAT, from + k);
    }
  }

  private long index(int b, int i, int j) {
    if (b < 0 || b >= batch() || i < 0 || i >= rows() || j < 0 || j >= cols()) {
      throw new IndexOutOfBoundsException(
          "index: expected one inside the shape %s, received (%d, %d, %d)"
              .formatted(shape, b, i, j));
    }
    return ((long) b * rows() + i) * cols() + j;
  }

  private void requireSingle() {
    if (batch() != 1) {
      throw new IllegalStateException(
          "tensor: expected a batch of 1, received " + shape + ": take problem(b) first");
    }
  }

  private void requireWritable() {
    if (isReadOnly()) {
      throw new IllegalStateException(
          "tensor: expected one that may be written, received a read-only "
              + this
              + ": write to a copy, copyTo(arena, dtype)");
    }
  }
}
