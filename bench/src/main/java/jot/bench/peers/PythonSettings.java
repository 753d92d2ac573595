package jot.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Environment variables that give the libraries the threads and the kernels that suit this machine.
 * What the caller has set stays.
 */
final class PythonSettings {

  private PythonSettings() {}

  /** Those to be set for so many threads. */
  static Map<String, String> of(int threads) {
    String count = String.valueOf(threads);
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name :
        new String[] {
          "OMP_NUM_THREADS",
          "MKL_NUM_THREADS",
          "OPENBLAS_NUM_THREADS",
          "VECLIB_MAXIMUM_THREADS",
          "NUMEXPR_NUM_THREADS"
        }) {
      settings.put(name, count);
    }
    settings.putAll(kernels(processor()));
    settings.put("JAX_PLATFORMS", "cpu");
    settings.put("JAX_ENABLE_X64", "1");
    settings.put("CUDA_VISIBLE_DEVICES", "");
    settings.put("PYTHONDONTWRITEBYTECODE", "1");
    settings.keySet().removeAll(System.getenv().keySet());
    return settings;
  }

  /**
   * An OpenBLAS older than the processor falls to its slowest kernel unless told which to take.
   *
   * @param words of the processor's description: its vendor and its flags
   */
  static Map<String, String> kernels(Set<String> words) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (words.contains("avx512f") && words.contains("avx512dq")) {
      settings.put("OPENBLAS_CORETYPE", "SkylakeX");
      settings.put("ATEN_CPU_CAPABILITY", "avx512");
    } else if (words.contains("avx2")) {
      settings.put("OPENBLAS_CORETYPE", words.contains("AuthenticAMD") ? "Zen" : "Haswell");
      settings.put("ATEN_CPU_CAPABILITY", "avx2");
    }
    return settings;
  }

  private static Set<String> processor() {
    try {
      return Set.of(
          Files.readString(Path.of("/proc/cpuinfo"))
              .lines()
              .takeWhile(line -> !line.isBlank())
              .filter(line -> line.startsWith("vendor_id") || line.startsWith("flags"))
              .flatMap(line -> line.substring(line.indexOf(':') + 1).strip().lines())
              .flatMap(line -> java.util.Arrays.stream(line.split(" ", -1)))
              .distinct()
              .toArray(String[]::new));
    } catch (IOException e) {
      return Set.of(); // not Linux: the libraries look for themselves
    }
  }
}
