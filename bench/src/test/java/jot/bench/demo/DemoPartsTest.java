package jot.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import jot.Sinkhorn;
import jot.bench.demo.FashionImages.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the demo is made of. */
class DemoPartsTest {

  @TempDir Path folder;

  @Test
  void images_ship_with_their_licence_and_are_distributions() throws IOException {
    assertThat(FashionImages.class.getResource("fashion-LICENSE.txt")).isNotNull();
    FashionImages images = FashionImages.load();
    for (Kind kind : Kind.values()) {
      for (int side : new int[] {28, 14}) {
        double[] image = images.image(kind, 3, side);
        assertThat(image).hasSize(side * side);
        assertThat(Arrays.stream(image).sum()).isCloseTo(1, within(1e-12));
        assertThat(Arrays.stream(image).min().orElseThrow()).isNotNegative();
      }
    }
  }

  @Test
  void a_png_has_the_pixels_that_were_set() throws IOException {
    Picture picture = new Picture(2, 1);
    picture.set(1, 0, 0, 0.5, 7);
    Path file = folder.resolve("p.png");
    Picture.row(List.of(picture), 1, 0).write(file);
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      assertThat(in.readLong()).isEqualTo(0x89504E470D0A1A0AL);
      assertThat(Arrays.copyOf(chunk(in, "IHDR"), 8)).containsExactly(0, 0, 0, 2, 0, 0, 0, 1);
      byte[] pixels =
          new InflaterInputStream(new java.io.ByteArrayInputStream(chunk(in, "IDAT")))
              .readAllBytes();
      assertThat(pixels).containsExactly(0, 255, 255, 255, 0, 128, 255);
      assertThat(chunk(in, "IEND")).isEmpty();
    }
  }

  private static byte[] chunk(DataInputStream in, String type) throws IOException {
    byte[] data = new byte[in.readInt()];
    byte[] name = in.readNBytes(4);
    assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo(type);
    in.readFully(data);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(data);
    assertThat(in.readInt()).isEqualTo((int) check.getValue());
    return data;
  }

  @Test
  void a_descent_lowers_the_loss() throws IOException {
    FashionImages images = FashionImages.load();
    List<double[]> bags = List.of(images.image(Kind.BAG, 0, 14), images.image(Kind.BAG, 2, 14));
    Barycenter barycenter =
        Barycenter.descend(
            Sinkhorn.builder().epsilon(0.01).tolerance(1e-4).build(),
            new PixelGrid(14),
            bags,
            8,
            () -> {});
    double[] losses = barycenter.losses();
    assertThat(losses[7]).isLessThan(0.6 * losses[0]);
    assertThat(Arrays.stream(barycenter.last()).sum()).isCloseTo(1, within(1e-12));
  }

  @Test
  void a_wrong_gradient_is_noticed() {
    assertThat(new GradientCheck.Row("x", 1, 1 + 1e-7).agrees()).isTrue();
    assertThat(new GradientCheck.Row("x", 1, 1.001).agrees()).isFalse();
    assertThat(new GradientCheck.Row("x", Double.NaN, 1).agrees()).isFalse();
  }
}
