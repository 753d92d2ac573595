package jot.tensor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static jot.tensor.NpyFiles.dict;
import static jot.tensor.NpyFiles.doubles;
import static jot.tensor.NpyFiles.file;
import static jot.tensor.NpyFiles.floats;
import static jot.tensor.NpyFiles.padded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReadTest {

  @TempDir private Path folder;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /** The bytes of {@code numpy.save(f, np.array([[1.5, -2.0]], dtype='<f4'))}, numpy 2. */
  @Test
  void reads_the_bytes_that_numpy_writes() throws IOException {
    String prefix = "934e554d505901007600"; // 118 bytes of header
    String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    byte[] head = HexFormat.of().parseHex(prefix);
    byte[] text = (dict + " ".repeat(117 - dict.length()) + "\n").getBytes(US_ASCII);
    byte[] data = HexFormat.of().parseHex("0000c03f000000c0");
    byte[] all = new byte[128 + 8];
    System.arraycopy(head, 0, all, 0, 10);
    System.arraycopy(text, 0, all, 10, 118);
    System.arraycopy(data, 0, all, 128, 8);

    Tensor tensor = read(all);

    assertThat(tensor.dtype()).isEqualTo(DType.F32);
    assertThat(tensor.shape()).isEqualTo(Shape.matrix(1, 2));
    assertThat(tensor.toArray()).containsExactly(1.5, -2.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void reads_every_format_version(int version) throws IOException {
    String header = padded(version, dict("'<f8'", "False", "(2, 3)"));

    Tensor tensor = read(file(version, header, doubles(1, 2, 3, 4, 5, 6)));

    assertThat(tensor.toMatrix()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
  }

  @Test
  void reads_a_header_longer_than_version_1_can_have() throws IOException {
    String header = dict("'<f8'", "False", "(1,)") + " ".repeat(70_000) + "\n";

    assertThat(read(file(2, header, doubles(7))).get(0)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"(6,)|1|1|1|6", "(2, 3)|2|1|2|3", "(3, 1, 2)|3|3|1|2", "(1, 6)|2|1|1|6"})
  void fewer_dimensions_get_leading_ones(
      String shape, int dimensions, int batch, int rows, int cols) throws IOException {
    byte[] bytes = file(1, padded(1, dict("'<f8'", "False", shape)), new byte[48]);
    Path path = NpyFiles.write(folder, bytes);

    assertThat(Npy.header(path))
        .isEqualTo(new Npy.Header(DType.F64, dimensions, new Shape(batch, rows, cols)));
    assertThat(Npy.read(path, arena).shape()).isEqualTo(new Shape(batch, rows, cols));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}",
        "{\"descr\": \"<f8\", \"fortran_order\": False, \"shape\": (2,)}",
        "  {'descr':'<f8','fortran_order':False,'shape':(2,)}",
        "{ 'descr' : '<f8' ,\n 'fortran_order' :\tFalse , 'shape' : ( 2 , ) , }  \n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2,), }",
      })
  void reads_the_dict_in_any_spelling_of_python(String header) throws IOException {
    assertThat(read(file(1, header, doubles(3, 4))).toArray()).containsExactly(3, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(3,)", "(3, 1)", "(1, 3)", "(1, 3, 1)"})
  void fortran_order_of_a_vector_is_no_matter(String shape) throws IOException {
    byte[] bytes = file(1, padded(1, dict("'<f8'", "True", shape)), doubles(1, 2, 3));

    assertThat(read(bytes).toArray()).containsExactly(1, 2, 3);
  }

  @Test
  void a_mapped_tensor_is_read_only_and_outlives_the_channel() throws IOException {
    Tensor tensor = read(file(1, padded(1, dict("'<f8'", "False", "(2,)")), doubles(1, 2)));

    assertThat(tensor.isReadOnly()).isTrue();
    assertThat(tensor.segment().isMapped()).isTrue();
    assertThat(tensor.get(1)).isEqualTo(2);
  }

  @Test
  void a_tensor_dies_with_its_arena() throws IOException {
    Tensor tensor = read(file(1, padded(1, dict("'<f8'", "False", "(2,)")), doubles(1, 2)));
    arena.close();

    assertThatIllegalStateException().isThrownBy(() -> tensor.get(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void misaligned_data_is_copied_to_aligned_memory(int blanks) throws IOException {
    String header = dict("'<f8'", "False", "(3,)") + " ".repeat(blanks) + "\n";
    boolean aligned = (10 + header.length()) % 8 == 0;

    Tensor tensor = read(file(1, header, doubles(1, 2, 3)));

    assertThat(tensor.toArray()).containsExactly(1, 2, 3);
    assertThat(tensor.segment().address() % (aligned ? 8 : 64)).isZero();
    assertThat(tensor.segment().isMapped()).isEqualTo(aligned);
    assertThat(tensor.isReadOnly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void f32_needs_no_more_than_its_own_alignment(int blanks) throws IOException {
    String header = dict("'<f4'", "False", "(3,)") + " ".repeat(blanks) + "\n";

    Tensor tensor = read(file(1, header, floats(1, 2, 3)));

    assertThat(tensor.toArray()).containsExactly(1, 2, 3);
    assertThat(tensor.segment().isMapped()).isEqualTo((10 + header.length()) % 4 == 0);
  }

  private Tensor read(byte[] bytes) throws IOException {
    return Npy.read(NpyFiles.write(folder, bytes), arena);
  }
}
