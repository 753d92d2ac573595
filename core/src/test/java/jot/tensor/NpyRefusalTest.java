package jot.tensor;

import static jot.tensor.NpyFiles.dict;
import static jot.tensor.NpyFiles.doubles;
import static jot.tensor.NpyFiles.file;
import static jot.tensor.NpyFiles.padded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyRefusalTest {

  @TempDir private Path folder;

  @Test
  void reading_a_file_that_does_not_exist_names_it() {
    Path missing = folder.resolve("missing.npy");

    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> Npy.header(missing))
        .withMessageContaining(missing.toString());
  }

  @Test
  void reading_a_directory_says_so() {
    assertThatExceptionOfType(NpyFormatException.class)
        .isThrownBy(() -> Npy.header(folder))
        .withMessage(folder + ": expected an .npy file, found a directory");
  }

  @Test
  void reading_a_file_with_other_magic_bytes_says_what_was_expected() throws IOException {
    assertThat(refusal("<html> not an array".getBytes(StandardCharsets.US_ASCII)))
        .contains("expected an .npy file, found one that does not begin with \\x93NUMPY");
  }

  @Test
  void reading_an_npz_archive_names_it() throws IOException {
    byte[] zip = new byte[40];
    System.arraycopy(new byte[] {'P', 'K', 3, 4}, 0, zip, 0, 4);

    assertThat(refusal(zip)).contains("found an .npz archive");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "4,0", "9,0", "147,3", "1,1", "2,7"})
  void reading_an_unknown_version_names_it(int major, int minor) throws IOException {
    byte[] bytes = good();
    bytes[6] = (byte) major;
    bytes[7] = (byte) minor;

    assertThat(refusal(bytes))
        .contains("expected format version 1.0, 2.0 or 3.0, found " + major + "." + minor);
  }

  @Test
  void reading_a_file_cut_anywhere_is_refused() throws IOException {
    byte[] bytes = good();
    for (int length = 0; length < bytes.length; length++) {
      assertThat(refusal(Arrays.copyOf(bytes, length))).contains("truncated");
    }
  }

  @Test
  void reading_a_truncated_file_names_the_missing_bytes() throws IOException {
    byte[] bytes = good();

    assertThat(refusal(Arrays.copyOf(bytes, bytes.length - 5)))
        .endsWith(
            "expected 24 bytes of data for F64 (1, 1, 3), found 19: it is truncated, 5 bytes are"
                + " missing");
  }

  @Test
  void reading_a_file_with_bytes_after_the_array_is_refused() throws IOException {
    byte[] bytes = good();

    assertThat(refusal(Arrays.copyOf(bytes, bytes.length + 5)))
        .endsWith("found 29: 5 bytes follow the array, save one array a file");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void a_header_longer_than_the_file_allocates_nothing(int version) throws IOException {
    byte[] bytes = file(version, padded(version, dict("'<f8'", "False", "(1,)")), doubles(1));
    Arrays.fill(bytes, 8, 12, (byte) 0xff);

    assertThat(refusal(bytes))
        .contains("expected at least 4294967307 bytes for its header, found " + bytes.length);
  }

  @Test
  void a_header_of_many_megabytes_is_refused() throws IOException {
    String header = dict("'<f8'", "False", "(1,)") + " ".repeat(2 << 20);

    assertThat(refusal(file(2, header, doubles(1)))).contains("a header of at most 1048576 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'>f8'",
        "'>f4'",
        "'|f8'",
        "'=f8'",
        "'f8'",
        "'<f2'",
        "'<f16'",
        "'<i8'",
        "'<u4'",
        "'|i1'",
        "'|b1'",
        "'<c16'",
        "'|O'",
        "'|S5'",
        "'<U3'",
        "'<M8[ns]'",
        "''",
      })
  void another_type_is_named_with_the_remedy(String descr) throws IOException {
    assertThat(refusal(descr, "False", "(1,)"))
        .endsWith(
            "x.npy: expected dtype '<f8' or '<f4', found "
                + descr
                + ": save it with numpy.save(path, np.ascontiguousarray(x, dtype='<f8'))");
  }

  @Test
  void a_structured_type_is_shown_as_it_stands() throws IOException {
    assertThat(refusal("[('a, }', '<f8'), ('b', '<f4', (2, 2))]", "False", "(1,)"))
        .contains("found [('a, }', '<f8'), ('b', '<f4', (2, 2))]: save it");
  }

  @Test
  void a_structured_type_with_names_beyond_latin_1_is_shown_as_it_stands() throws IOException {
    String header = padded(3, dict("[('é漢', '<f8')]", "False", "(1,)"));

    assertThat(refusal(file(3, header, doubles(1)))).contains("found [('é漢', '<f8')]: save it");
  }

  @Test
  void fortran_order_of_a_matrix_is_refused_with_the_remedy() throws IOException {
    assertThat(refusal("'<f4'", "True", "(2, 3)"))
        .endsWith(
            "x.npy: expected C order, found Fortran order: save it with numpy.save(path,"
                + " np.ascontiguousarray(x, dtype='<f4'))");
    assertThat(refusal("'<f8'", "True", "(2, 1, 3)")).contains("Fortran order");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"()|0", "(1, 1, 1, 1)|4", "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)|10"})
  void another_number_of_dimensions_is_refused(String shape, int dimensions) throws IOException {
    assertThat(refusal("'<f8'", "False", shape))
        .contains("expected 1 to 3 dimensions, found " + dimensions + ", shape (");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(0,)",
        "(3, 0)",
        "(-1,)",
        "(-2, -3)",
        "(2147483648,)",
        "(9223372036854775807, 8)",
      })
  void a_dimension_that_is_no_positive_int_is_refused(String shape) throws IOException {
    assertThat(refusal("'<f8'", "False", shape))
        .contains("expected dimensions from 1 to 2147483647, found the shape " + shape.charAt(0));
  }

  @Test
  void a_product_that_overflows_is_refused() throws IOException {
    assertThat(refusal("'<f8'", "False", "(2147483647, 2147483647, 2147483647)"))
        .contains("elements, received (2147483647, 2147483647, 2147483647)");
  }

  @Test
  void a_shape_far_larger_than_the_file_allocates_nothing() throws IOException {
    assertThat(refusal("'<f8'", "False", "(1073741823, 1073741824)"))
        .contains("expected 9223372028264841216 bytes of data");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|'{'",
        "[1, 2]|'{'",
        "{}|the key 'descr'",
        "{'descr': '<f8', 'fortran_order': False}|the key 'shape'",
        "{'descr': '<f8', 'shape': (1,)}|the key 'fortran_order'",
        "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}|once",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}|found 'x'",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x|nothing after the dict",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)|'}'",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1|','",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1)}|','",
        "{'descr': '<f8', 'fortran_order': False, 'shape': 1}|'('",
        "{'descr': '<f8', 'fortran_order': False, 'shape': [1]}|'('",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}|','",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2 3)}|','",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (,)}|an integer",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,,)}|an integer",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}|','",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999999,)}|an integer",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (open('x'),)}|an integer",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}|True or False",
        "{'descr': '<f8', 'fortran_order': Falsehood, 'shape': (1,)}|'}'",
        "{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}|'}'",
        "{'descr' '<f8', 'fortran_order': False, 'shape': (1,)}|':'",
        "{descr: '<f8', 'fortran_order': False, 'shape': (1,)}|a string",
        "{'descr': '<f8, 'fortran_order: False, shape: (1,)}|'}'",
        "{'descr': '<f8|a string that ends",
        "{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (1,)}|without escapes",
        "{'descr': [('a', '<f8')|the end of the value",
        "{, 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}|a string",
      })
  void a_header_that_is_not_numpys_dict_is_refused(String header, String expected)
      throws IOException {
    assertThat(refusal(file(1, header, doubles(1))))
        .contains("x.npy: header: expected ")
        .contains(expected);
  }

  @Test
  void control_characters_of_a_header_do_not_reach_the_message() throws IOException {
    assertThat(refusal(file(1, "{'\u001b[2J\n\u009b': 1}", doubles(1))))
        .contains("found '?[2J??': save");
    assertThat(refusal("'\u009b2J'", "False", "(1,)")).contains("found '?2J': save");
  }

  @Test
  void reading_into_a_closed_arena_is_refused() throws IOException {
    Path path = NpyFiles.write(folder, good());
    Arena arena = Arena.ofConfined();
    arena.close();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read(path, arena))
        .withMessageContaining("received a closed one");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reading_into_the_confined_arena_of_another_thread_is_refused(boolean aligned)
      throws IOException, InterruptedException {
    String dict = dict("'<f8'", "False", "(1,)");
    Path path = NpyFiles.write(folder, file(1, aligned ? padded(1, dict) : dict, doubles(1)));
    Arena[] foreign = new Arena[1];
    Thread thread = new Thread(() -> foreign[0] = Arena.ofConfined());
    thread.start();
    thread.join();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read(path, foreign[0]))
        .withMessageContaining("Arena.ofShared()");
  }

  private static byte[] good() {
    return file(1, padded(1, dict("'<f8'", "False", "(3,)")), doubles(1, 2, 3));
  }

  private String refusal(String descr, String order, String shape) throws IOException {
    return refusal(file(1, padded(1, dict(descr, order, shape)), doubles(1)));
  }

  /** Message with which a file of these bytes is refused, by the reader and by the header's. */
  private String refusal(byte[] bytes) throws IOException {
    Path path = NpyFiles.write(folder, bytes);
    String[] message = new String[1];
    try (Arena arena = Arena.ofConfined()) {
      assertThatExceptionOfType(NpyFormatException.class)
          .isThrownBy(() -> Npy.read(path, arena))
          .satisfies(e -> message[0] = e.getMessage());
    }
    assertThatExceptionOfType(NpyFormatException.class)
        .isThrownBy(() -> Npy.header(path))
        .withMessage(message[0]);
    assertThat(message[0]).startsWith(path + ": ");
    Files.delete(path);
    return message[0];
  }
}
