package jot.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PythonSettingsTest {

  @Test
  void kernels_suit_the_processor() {
    assertThat(PythonSettings.kernels(Set.of("GenuineIntel", "avx2", "avx512f", "avx512dq")))
        .containsEntry("OPENBLAS_CORETYPE", "SkylakeX")
        .containsEntry("ATEN_CPU_CAPABILITY", "avx512");
    assertThat(PythonSettings.kernels(Set.of("AuthenticAMD", "avx2")))
        .containsEntry("OPENBLAS_CORETYPE", "Zen")
        .containsEntry("ATEN_CPU_CAPABILITY", "avx2");
    assertThat(PythonSettings.kernels(Set.of("GenuineIntel", "avx2")))
        .containsEntry("OPENBLAS_CORETYPE", "Haswell");
    assertThat(PythonSettings.kernels(Set.of("asimd"))).isEmpty();
  }

  @Test
  void threads_are_those_asked_for_unless_the_caller_has_set_them() {
    var settings = PythonSettings.of(3);
    for (String name : new String[] {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}) {
      if (System.getenv(name) == null) {
        assertThat(settings).containsEntry(name, "3");
      } else {
        assertThat(settings).doesNotContainKey(name);
      }
    }
  }
}
