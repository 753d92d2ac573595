package jot.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads and writes numpy's {@code .npy} files.
 *
 * <p>Read are the format versions 1, 2 and 3, the types {@code '<f4'} and {@code '<f8'}, in C order
 * (Fortran order where at most one dimension exceeds 1, so that both orders are the same), with 1
 * to 3 dimensions, none of them 0. A tensor always has three: n is read as (1, 1, n), (m, n) as (1,
 * m, n), (batch, m, n) as it is; {@link #header} tells the number that the file has. Anything else
 * is an {@link NpyFormatException}, and so are bytes after the array, which numpy would pass over:
 * they mean that the header and the data disagree, or that there are several arrays and all but the
 * first would be dropped. Nothing is ever allocated for a size that the file only claims.
 *
 * <p>Files must be on the default file system. All methods may be called by any number of threads.
 */
public final class Npy {

  private static final ValueLayout.OfFloat LITTLE_FLOAT =
      DType.FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble LITTLE_DOUBLE =
      DType.DOUBLE.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CHUNK = 1 << 20;

  private Npy() {}

  /**
   * What an {@code .npy} file says of its array.
   *
   * @param dtype type of the elements
   * @param dimensions number of dimensions in the file, 1 to 3
   * @param shape shape of the tensor, with leading ones where the file has fewer than 3 dimensions
   */
  public record Header(DType dtype, int dimensions, Shape shape) {}

  /**
   * Reads what a file holds, without its data; checks that the data is there.
   *
   * @throws NpyFormatException if the file is not an array that jot takes
   * @throws IOException if the file cannot be read
   */
  public static Header header(Path file) throws IOException {
    try (FileChannel channel = open(file)) {
      return NpyHeader.read(channel, file).header();
    }
  }

  /**
   * Maps the array of a file as a read-only tensor that lives as long as {@code arena}: nothing is
   * read before it is used. Only if the data in the file is misaligned for its type (numpy aligns
   * it), or on a big-endian machine, it is copied to memory of {@code arena}, aligned to 64 bytes.
   *
   * <p>A mapped file must not be shortened while the tensor is in use: an access behind its end is
   * an {@link InternalError}. Replacing it, as {@link #write(Path, Tensor, int)} does, is harmless.
   *
   * @throws NpyFormatException if the file is not an array that jot takes
   * @throws IOException if the file cannot be read or mapped
   * @throws IllegalArgumentException if the arena is closed or belongs to another thread
   */
  public static Tensor read(Path file, Arena arena) throws IOException {
    Memory.requireOpen(arena);
    try (FileChannel channel = open(file)) {
      NpyHeader header = NpyHeader.read(channel, file);
      DType dtype = header.header().dtype();
      Shape shape = header.header().shape();
      if (header.dataOffset() % dtype.bytes() == 0
          && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
        return Tensor.wrap(map(channel, header, arena), dtype, shape);
      }
      try (Arena whileCopied = Arena.ofConfined()) {
        MemorySegment source = map(channel, header, whileCopied);
        Tensor copy = Tensor.uninitialized(arena, dtype, shape);
        MemorySegment.copy(
            source, little(dtype), 0, copy.segment(), dtype.layout(), 0, shape.elements());
        return copy.asReadOnly();
      }
    } catch (WrongThreadException e) {
      throw Memory.foreignArena(e);
    }
  }

  /**
   * Writes a tensor as format version 1.0, in C order, its data aligned to 64 bytes in the file.
   *
   * <p>The file appears complete or not at all: it is written beside its place under a temporary
   * name and then moved there, over any file of that name (a symbolic link is replaced, not
   * followed). So a tensor may be written to the file that it is mapped from. If writing fails, the
   * temporary file is deleted and an older file is left as it was.
   *
   * @param dimensions number of dimensions that the file shall have: 3 for any tensor, 2 for a
   *     batch of 1, 1 for a shape (1, 1, n); a batch of vectors (batch, 1, n) becomes
   *     two-dimensional by {@code reshape(Shape.matrix(batch, n))}
   * @throws IllegalArgumentException if the shape does not fit the number of dimensions, or if the
   *     tensor's arena is closed or belongs to another thread
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, Tensor t, int dimensions) throws IOException {
    String shape = NpyHeader.shapeText(t.shape(), dimensions);
    // At the door: nothing is written for a tensor that cannot be read.
    Tensor source = Tensor.wrap(t.segment(), t.dtype(), t.shape());
    write(file, source.dtype(), shape, source.segment());
  }

  /**
   * Writes a vector as a one-dimensional array of {@code '<f8'}, as {@link #write(Path, Tensor,
   * int)} does.
   *
   * @throws IllegalArgumentException if the vector is empty
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, double[] vector) throws IOException {
    String shape = NpyHeader.shapeText(Shape.vector(vector.length), 1);
    write(file, DType.F64, shape, MemorySegment.ofArray(vector));
  }

  private static FileChannel open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new NpyFormatException(file + ": expected an .npy file, found a directory");
    }
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  private static MemorySegment map(FileChannel channel, NpyHeader header, Arena arena)
      throws IOException {
    return channel.map(MapMode.READ_ONLY, header.dataOffset(), header.dataBytes(), arena);
  }

  private static ValueLayout little(DType dtype) {
    return dtype == DType.F64 ? LITTLE_DOUBLE : LITTLE_FLOAT;
  }

  private static void write(Path file, DType dtype, String shape, MemorySegment data)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new IOException(file + ": expected the name of a file, received a directory");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          file.toString(), null, "there is no folder " + folder + ": create it first");
    }
    // Not Files.createTempFile: that one's permissions, for the owner alone, would stay.
    // Nor a UUID: its generator alone takes as long to start as a small file to be written.
    String name = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path temporary = folder.resolve(".jot-" + name + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        writeFully(channel, NpyHeader.bytes(dtype, shape));
        writeData(channel, dtype, data);
      }
      move(temporary, file);
    } finally {
      Files.deleteIfExists(temporary); // there only if something failed
    }
  }

  /** Copies through a small buffer, which serves heap and native memory and either byte order. */
  private static void writeData(FileChannel channel, DType dtype, MemorySegment data)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Math.min(CHUNK, data.byteSize()), Double.BYTES);
      for (long done = 0; done < data.byteSize(); done += chunk.byteSize()) {
        long bytes = Math.min(chunk.byteSize(), data.byteSize() - done);
        MemorySegment.copy(
            data, dtype.layout(), done, chunk, little(dtype), 0, bytes / dtype.bytes());
        writeFully(channel, chunk.asSlice(0, bytes).asByteBuffer());
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
