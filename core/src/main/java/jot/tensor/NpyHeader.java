package jot.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The head of an {@code .npy} file: magic bytes, version, length, and a Python dict with the keys
 * {@code descr}, {@code fortran_order} and {@code shape}. Source: numpy's {@code lib/format.py}.
 *
 * @param header what the file says of its array
 * @param dataOffset position in the file at which the data begins
 */
record NpyHeader(Npy.Header header, long dataOffset) {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Bytes up to the dict, in version 1 and in the later ones. */
  private static final int PREFIX_1 = 10;

  private static final int PREFIX_2 = 12;

  /** Far more than the dict of any array that jot takes: some 70 bytes. */
  private static final int MAX_DICT = 1 << 20;

  private static final int DATA_ALIGNMENT = 64;

  /** So many dimensions of a strange shape are shown. */
  private static final int SHOWN = 8;

  /** Bytes of the data. */
  long dataBytes() {
    return header.shape().elements() * header.dtype().bytes();
  }

  // ---- Reading ------------------------------------------------------------------------------

  static NpyHeader read(FileChannel channel, Path file) throws IOException {
    long size = channel.size();
    ByteBuffer start = readAt(channel, 0, (int) Math.min(size, PREFIX_2), file);
    requireMagic(start, file);
    int major = start.get(MAGIC.length);
    int minor = start.get(MAGIC.length + 1);
    if (major < 1 || major > 3 || minor != 0) {
      throw new NpyFormatException(
          "%s: expected format version 1.0, 2.0 or 3.0, found %d.%d: save it with numpy.save"
              .formatted(file, major & 0xff, minor & 0xff));
    }
    int prefix = major == 1 ? PREFIX_1 : PREFIX_2;
    requireBytes(prefix, size, "its header", file);
    long length =
        major == 1
            ? Short.toUnsignedLong(start.getShort(PREFIX_1 - 2))
            : Integer.toUnsignedLong(start.getInt(PREFIX_2 - 4));
    requireBytes(prefix + length, size, "its header", file);
    if (length > MAX_DICT) {
      throw new NpyFormatException(
          "%s: expected a header of at most %d bytes, found %d: save it with numpy.save"
              .formatted(file, MAX_DICT, length));
    }
    ByteBuffer dict = readAt(channel, prefix, (int) length, file);
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    NpyHeader header =
        new NpyHeader(interpret(charset.decode(dict).toString(), file), prefix + length);
    header.requireData(size, file);
    return header;
  }

  private static void requireMagic(ByteBuffer start, Path file) throws NpyFormatException {
    boolean complete = start.limit() >= MAGIC.length + 2;
    if (complete && start.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      return;
    }
    boolean zip = start.limit() >= 4 && start.getInt(0) == 0x04034b50; // "PK\3\4", little-endian
    throw new NpyFormatException(
        file
            + ": expected an .npy file, found "
            + (zip
                ? "an .npz archive: save each array by itself with numpy.save"
                : complete
                    ? "one that does not begin with \\x93NUMPY: save it with numpy.save"
                    : "only " + start.limit() + " bytes: it is truncated"));
  }

  private static Npy.Header interpret(String text, Path file) throws NpyFormatException {
    NpyDict dict = NpyDict.parse(text, file);
    DType dtype =
        switch (dict.descr()) {
          case "<f4" -> DType.F32;
          case "<f8" -> DType.F64;
          default ->
              throw new NpyFormatException(
                  ("%s: expected dtype '<f8' or '<f4', found %s: save it with numpy.save(path,"
                          + " np.ascontiguousarray(x, dtype='<f8'))")
                      .formatted(file, dict.descrText()));
        };
    Shape shape = shape(dict.shape(), file);
    if (dict.fortranOrder() && dict.shape().stream().filter(n -> n > 1).count() > 1) {
      throw new NpyFormatException(
          ("%s: expected C order, found Fortran order: save it with numpy.save(path,"
                  + " np.ascontiguousarray(x, dtype='%s'))")
              .formatted(file, dict.descr()));
    }
    return new Npy.Header(dtype, dict.shape().size(), shape);
  }

  private static Shape shape(List<Long> sizes, Path file) throws NpyFormatException {
    int dimensions = sizes.size();
    if (dimensions < 1 || dimensions > 3) {
      throw new NpyFormatException(
          "%s: expected 1 to 3 dimensions, found %d, shape %s: reshape it to (n,), (m, n) or (batch,"
                  .formatted(file, dimensions, text(sizes))
              + " m, n)");
    }
    int[] padded = {1, 1, 1};
    for (int d = 0; d < dimensions; d++) {
      long n = sizes.get(d);
      if (n < 1 || n > Integer.MAX_VALUE) {
        throw new NpyFormatException(
            "%s: expected dimensions from 1 to %d, found the shape %s: %s"
                .formatted(
                    file,
                    Integer.MAX_VALUE,
                    text(sizes),
                    n == 0 ? "the array is empty" : "save it with numpy.save"));
      }
      padded[3 - dimensions + d] = (int) n;
    }
    try {
      return new Shape(padded[0], padded[1], padded[2]);
    } catch (IllegalArgumentException e) {
      throw new NpyFormatException(file + ": " + e.getMessage());
    }
  }

  private void requireData(long size, Path file) throws NpyFormatException {
    long found = size - dataOffset;
    if (found < dataBytes()) {
      throw new NpyFormatException(
          "%s: expected %d bytes of data for %s %s, found %d: it is truncated, %d bytes are missing"
              .formatted(
                  file, dataBytes(), header.dtype(), header.shape(), found, dataBytes() - found));
    }
    if (found > dataBytes()) {
      throw new NpyFormatException(
          ("%s: expected %d bytes of data for %s %s, found %d: %d bytes follow the array, save one"
                  + " array a file")
              .formatted(
                  file, dataBytes(), header.dtype(), header.shape(), found, found - dataBytes()));
    }
  }

  private static void requireBytes(long needed, long size, String what, Path file)
      throws NpyFormatException {
    if (size < needed) {
      throw new NpyFormatException(
          "%s: expected at least %d bytes for %s, found %d: it is truncated, %d bytes are missing"
              .formatted(file, needed, what, size, needed - size));
    }
  }

  private static ByteBuffer readAt(FileChannel channel, long position, int bytes, Path file)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new NpyFormatException(file + ": it was shortened while it was read: try again");
      }
    }
    return buffer.flip();
  }

  private static String text(List<Long> sizes) {
    String end = sizes.size() > SHOWN ? ", …)" : ")";
    return sizes.stream()
        .limit(SHOWN)
        .map(String::valueOf)
        .collect(Collectors.joining(", ", "(", end));
  }

  // ---- Writing ------------------------------------------------------------------------------

  /** The shape as a Python tuple of so many dimensions. */
  static String shapeText(Shape shape, int dimensions) {
    boolean fits =
        switch (dimensions) {
          case 1 -> shape.batch() == 1 && shape.rows() == 1;
          case 2 -> shape.batch() == 1;
          case 3 -> true;
          default ->
              throw new IllegalArgumentException(
                  "dimensions: expected 1, 2 or 3, received " + dimensions + ": give one of them");
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "dimensions: expected 3, or a tensor "
              + (dimensions == 1 ? "(1, 1, n)" : "(1, m, n)")
              + " for "
              + dimensions
              + ", received "
              + shape
              + ": reshape it first");
    }
    return switch (dimensions) {
      case 1 -> "(" + shape.cols() + ",)";
      case 2 -> "(" + shape.rows() + ", " + shape.cols() + ")";
      default -> shape.toString();
    };
  }

  /** Everything before the data, of format version 1.0, padded with blanks to 64 bytes. */
  static ByteBuffer bytes(DType dtype, String shape) {
    String dict =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(dtype == DType.F64 ? "<f8" : "<f4", shape);
    int needed = PREFIX_1 + dict.length() + 1;
    int padding = Math.floorMod(-needed, DATA_ALIGNMENT);
    byte[] text = (dict + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(needed + padding)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length)
        .put(text)
        .flip();
  }
}
