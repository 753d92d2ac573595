package jot.tensor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyWriteTest {

  @TempDir private Path folder;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1|1|3|1|(3,)", "1|2|3|2|(2, 3)", "2|3|4|3|(2, 3, 4)", "1|1|3|2|(1, 3)"})
  void the_header_is_the_one_numpy_writes(
      int batch, int rows, int cols, int dimensions, String shape) throws IOException {
    Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(batch, rows, cols));

    Npy.write(file(), tensor, dimensions);

    byte[] bytes = Files.readAllBytes(file());
    String dict = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
    assertThat(new String(bytes, 0, 128, ISO_8859_1))
        .isEqualTo("\u0093NUMPY\u0001\0v\0" + dict + " ".repeat(117 - dict.length()) + "\n");
    assertThat(bytes).hasSize((int) (128 + tensor.segment().byteSize()));
  }

  @Test
  void the_data_is_little_endian() throws IOException {
    Npy.write(file(), Tensor.vector(arena, 1.0).copyTo(arena, DType.F32), 1);

    assertThat(Files.readAllBytes(file())).endsWith(0, 0, (byte) 0x80, (byte) 0x3f);
  }

  @Test
  void data_longer_than_the_buffer_is_written_whole() throws IOException {
    Tensor tensor = Tensor.allocate(arena, DType.F64, Shape.matrix(3, 100_003));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, (double) k);
    }

    Npy.write(file(), tensor, 2);

    assertThat(Npy.read(file(), arena).segment().mismatch(tensor.segment())).isEqualTo(-1);
    Npy.write(file(), tensor.toArray());
    assertThat(Npy.read(file(), arena).segment().mismatch(tensor.segment())).isEqualTo(-1);
  }

  @Test
  void a_tensor_may_replace_the_file_that_it_is_mapped_from() throws IOException {
    Npy.write(file(), new double[] {1, 2, 3});
    Tensor mapped = Npy.read(file(), arena);

    Npy.write(file(), mapped, 2);

    assertThat(mapped.toArray()).containsExactly(1, 2, 3);
    assertThat(Npy.header(file()).dimensions()).isEqualTo(2);
    assertThat(Npy.read(file(), arena).toArray()).containsExactly(1, 2, 3);
    assertThat(names()).containsExactly("x.npy");
  }

  @ParameterizedTest
  @CsvSource({"2,1,3,1", "1,2,3,1", "2,1,3,2", "1,3,1,1"})
  void a_shape_that_does_not_fit_the_dimensions_is_refused(
      int batch, int rows, int cols, int dimensions) throws IOException {
    Tensor tensor = Tensor.allocate(arena, DType.F64, new Shape(batch, rows, cols));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.write(file(), tensor, dimensions))
        .withMessageStartingWith("dimensions: expected 3, or a tensor (1, ")
        .withMessageEndingWith("received " + tensor.shape() + ": reshape it first");
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 4})
  void another_number_of_dimensions_is_refused(int dimensions) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.write(file(), Tensor.vector(arena, 1), dimensions))
        .withMessageStartingWith("dimensions: expected 1, 2 or 3, received " + dimensions);
  }

  @Test
  void an_empty_vector_is_refused() throws IOException {
    assertThatIllegalArgumentException().isThrownBy(() -> Npy.write(file(), new double[0]));
    assertThat(names()).isEmpty();
  }

  @Test
  void a_tensor_of_a_closed_arena_leaves_the_older_file() throws IOException {
    Npy.write(file(), new double[] {1});
    Tensor tensor = Tensor.vector(arena, 2);
    arena.close();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.write(file(), tensor, 1))
        .withMessageContaining("closed arena");
    try (Arena other = Arena.ofConfined()) {
      assertThat(Npy.read(file(), other).toArray()).containsExactly(1);
    }
    assertThat(names()).containsExactly("x.npy");
  }

  @Test
  void a_folder_that_does_not_exist_is_named() {
    Path file = folder.resolve("missing/x.npy");

    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> Npy.write(file, new double[] {1}))
        .withMessageContaining("there is no folder " + file.getParent());
  }

  @Test
  void a_directory_is_not_replaced() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("x.npy"));

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Npy.write(directory, new double[] {1}))
        .withMessageContaining("received a directory");
    assertThat(directory).isDirectory();
    assertThat(names()).containsExactly("x.npy");
  }

  @Test
  void a_file_gets_the_permissions_of_any_new_file() throws IOException {
    Path other = Files.createFile(folder.resolve("other"));

    Npy.write(file(), new double[] {1});

    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      assertThat(Files.getPosixFilePermissions(file()))
          .isEqualTo(Files.getPosixFilePermissions(other));
    }
  }

  private Path file() {
    return folder.resolve("x.npy");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
