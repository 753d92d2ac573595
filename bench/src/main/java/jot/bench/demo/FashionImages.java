package jot.bench.demo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** The 40 images of Fashion-MNIST that ship with jot, four of each of the ten classes. */
final class FashionImages {

  static final int SIDE = 28;

  private static final int MAGIC = 0x803; // bytes in three dimensions
  private static final int PER_CLASS = 4;

  private final byte[][] pixels;

  private FashionImages(byte[][] pixels) {
    this.pixels = pixels;
  }

  /** The kinds that the demo speaks of; the number is the data set's own label. */
  enum Kind {
    SHIRT(0),
    SANDAL(5),
    SNEAKER(7),
    BAG(8),
    BOOT(9);

    private final int label;

    Kind(int label) {
      this.label = label;
    }
  }

  static FashionImages load() throws IOException {
    try (InputStream file = FashionImages.class.getResourceAsStream("fashion-images.idx3.gz")) {
      if (file == null) {
        throw new IOException("the demo's images are missing from the jar: build it again");
      }
      DataInputStream data = new DataInputStream(new GZIPInputStream(file));
      int magic = data.readInt();
      int count = data.readInt();
      if (magic != MAGIC || data.readInt() != SIDE || data.readInt() != SIDE) {
        throw new IOException("the demo's images are damaged: build the jar again");
      }
      byte[][] pixels = new byte[count][SIDE * SIDE];
      for (byte[] image : pixels) {
        data.readFully(image);
      }
      return new FashionImages(pixels);
    }
  }

  /**
   * An image as a distribution: brightness of each pixel, row by row, of sum 1.
   *
   * @param number which of the kind's four images
   * @param side pixels along each side: 28, or a divisor of it, by averaging blocks
   */
  double[] image(Kind kind, int number, int side) {
    byte[] raw = pixels[kind.label * PER_CLASS + number];
    int block = SIDE / side;
    double[] weights = new double[side * side];
    double sum = 0;
    for (int p = 0; p < raw.length; p++) {
      int brightness = Byte.toUnsignedInt(raw[p]);
      weights[p / SIDE / block * side + p % SIDE / block] += brightness;
      sum += brightness;
    }
    for (int p = 0; p < weights.length; p++) {
      weights[p] /= sum;
    }
    return weights;
  }
}
