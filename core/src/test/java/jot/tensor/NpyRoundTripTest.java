package jot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

class NpyRoundTripTest {

  private Path file;

  @BeforeProperty
  void create() throws IOException {
    file = Files.createTempFile("jot", ".npy");
  }

  @AfterProperty
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Property(tries = 300)
  void what_is_written_is_read_bit_for_bit(
      @ForAll DType dtype,
      @ForAll @IntRange(min = 1, max = 3) int dimensions,
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll long seed)
      throws IOException {
    Shape shape = new Shape(dimensions < 3 ? 1 : batch, dimensions < 2 ? 1 : rows, cols);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(arena, dtype, shape);
      byte[] bits = new byte[(int) tensor.segment().byteSize()];
      new Random(seed).nextBytes(bits); // NaNs of every kind, infinities and subnormals included
      tensor.segment().asByteBuffer().put(bits);

      Npy.write(file, tensor, dimensions);

      Tensor read = Npy.read(file, arena);
      assertThat(Npy.header(file)).isEqualTo(new Npy.Header(dtype, dimensions, shape));
      assertThat(read.dtype()).isEqualTo(dtype);
      assertThat(read.shape()).isEqualTo(shape);
      assertThat(read.segment().mismatch(tensor.segment())).isEqualTo(-1);
      assertThat((Files.size(file) - bits.length) % 64).isZero();
    }
  }

  @Property(tries = 100)
  void an_array_is_written_as_one_dimension(@ForAll @NotEmpty double[] vector) throws IOException {
    Npy.write(file, vector);

    try (Arena arena = Arena.ofConfined()) {
      assertThat(Npy.header(file))
          .isEqualTo(new Npy.Header(DType.F64, 1, Shape.vector(vector.length)));
      assertThat(Npy.read(file, arena).toArray()).containsExactly(vector);
    }
  }

  @Property(tries = 1000)
  void a_file_with_any_byte_changed_is_read_or_refused_but_never_crashes(
      @ForAll @IntRange(min = 0, max = 151) int position, @ForAll byte value) throws IOException {
    Npy.write(file, new double[] {1, 2, 3});
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(152);
    bytes[position] = value;
    Files.write(file, bytes);

    try (Arena arena = Arena.ofConfined()) {
      assertThat(Npy.read(file, arena).toArray()).isNotEmpty();
    } catch (NpyFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
    }
  }
}
