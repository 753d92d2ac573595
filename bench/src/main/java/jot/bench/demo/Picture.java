package jot.bench.demo;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A picture of red, green and blue in 0…1, and its PNG file. Written here in few lines, because
 * Java's own imaging is a desktop module that servers' JDKs often lack.
 */
final class Picture {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final int width;
  private final int height;
  private final byte[] rgb;

  /** A white picture. */
  Picture(int width, int height) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[3 * width * height];
    java.util.Arrays.fill(rgb, (byte) 255);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  void set(int x, int y, double red, double green, double blue) {
    int at = 3 * (y * width + x);
    rgb[at] = level(red);
    rgb[at + 1] = level(green);
    rgb[at + 2] = level(blue);
  }

  private static byte level(double value) {
    return (byte) Math.round(255 * Math.clamp(value, 0, 1));
  }

  /** Copies {@code other}, each pixel as a square of {@code scale} pixels, to (left, top). */
  void paste(Picture other, int left, int top, int scale) {
    for (int y = 0; y < other.height * scale; y++) {
      for (int x = 0; x < other.width * scale; x++) {
        int from = 3 * (y / scale * other.width + x / scale);
        int to = 3 * ((top + y) * width + left + x);
        System.arraycopy(other.rgb, from, rgb, to, 3);
      }
    }
  }

  /** Pictures side by side with a gap between them. */
  static Picture row(java.util.List<Picture> pictures, int scale, int gap) {
    int width = -gap;
    int height = 0;
    for (Picture picture : pictures) {
      width += picture.width * scale + gap;
      height = Math.max(height, picture.height * scale);
    }
    Picture row = new Picture(width, height);
    int left = 0;
    for (Picture picture : pictures) {
      row.paste(picture, left, 0, scale);
      left += picture.width * scale + gap;
    }
    return row;
  }

  void write(Path file) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    DataOutputStream numbers = new DataOutputStream(head);
    numbers.writeInt(width);
    numbers.writeInt(height);
    numbers.write(new byte[] {8, 2, 0, 0, 0}); // 8 bits each of red, green, blue

    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (OutputStream packed =
        new DeflaterOutputStream(body, new Deflater(Deflater.BEST_COMPRESSION))) {
      for (int y = 0; y < height; y++) {
        packed.write(0); // the line stands as it is
        packed.write(rgb, 3 * y * width, 3 * width);
      }
    }
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.write(SIGNATURE);
      chunk(out, "IHDR", head.toByteArray());
      chunk(out, "IDAT", body.toByteArray());
      chunk(out, "IEND", new byte[0]);
    }
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) check.getValue());
  }
}
