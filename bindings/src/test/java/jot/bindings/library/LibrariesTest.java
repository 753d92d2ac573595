package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The registry behind the generated sources. */
class LibrariesTest {

  @Test
  void the_names_of_functions_are_those_that_the_library_exports() {
    assertThat(Library.CUBLAS.functions())
        .contains("cublasCreate_v2")
        .doesNotContain("cublasCreate");
    assertThat(Library.CUDART.functions()).contains("cudaGraphInstantiateWithFlags");
    for (Library library : Library.values()) {
      assertThat(library.functions()).isNotEmpty().isSorted();
    }
  }

  @Test
  void keys_are_the_names_of_packages() {
    assertThat(List.of(Library.values()))
        .extracting(Library::key)
        .containsExactly("driver", "cudart", "nvrtc", "cublas", "cusolver");
  }

  @Test
  void a_symbol_of_an_unknown_library_is_refused() {
    assertThatThrownBy(() -> Libraries.lookup("opencl"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
