package jot.bindings.library;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.cusolver.Cusolver;
import jot.bindings.driver.Driver;
import jot.bindings.nvrtc.Nvrtc;

/**
 * A CUDA library that jot calls. Its file has another number in each major version of CUDA, which
 * need not be CUDA's own: libcusolver.so.11 belongs to CUDA 12.
 */
public enum Library {
  /** The driver, installed with the kernel module and never with the toolkit. */
  DRIVER(Driver.class, "libcuda.so.1", "libcuda.so.1"),

  /** The runtime: devices, memory, streams, graphs. */
  CUDART(Cudart.class, "libcudart.so.13", "libcudart.so.12"),

  /** The compiler of kernels. Its built-in functions lie in a file of their own. */
  NVRTC(Nvrtc.class, "libnvrtc.so.13", "libnvrtc.so.12"),

  /** Dense linear algebra. */
  CUBLAS(Cublas.class, "libcublas.so.13", "libcublas.so.12"),

  /** Dense factorizations. */
  CUSOLVER(Cusolver.class, "libcusolver.so.12", "libcusolver.so.11");

  private final Class<?> generated;
  private final String file13;
  private final String file12;

  Library(Class<?> generated, String file13, String file12) {
    this.generated = generated;
    this.file13 = file13;
    this.file12 = file12;
  }

  /** The name that the generated sources and the files in {@code filters} use. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The library's file in this major version of CUDA. */
  String file(int cuda) {
    return cuda == 12 ? file12 : file13;
  }

  /**
   * Files that must be loaded before it, by name, in order: from a folder that the system's loader
   * does not search it would not find them itself. A star stands for a minor version.
   */
  List<String> before(int cuda) {
    return switch (this) {
      case DRIVER, CUDART -> List.of();
      case NVRTC -> List.of("libnvrtc-builtins.so." + cuda + "*");
      case CUBLAS -> List.of("libcublasLt.so." + cuda);
      case CUSOLVER ->
          List.of(
              "libnvJitLink.so." + cuda,
              "libcublasLt.so." + cuda,
              "libcublas.so." + cuda,
              "libcusparse.so.12"); // of CUDA 12 and 13 alike
    };
  }

  /** Every function that the generated sources call, in order. Touches none of them. */
  public List<String> functions() {
    TreeSet<String> names = new TreeSet<>();
    for (Method method : generated.getMethods()) {
      String name = method.getName();
      if (name.endsWith("$descriptor")) {
        names.add(name.substring(0, name.length() - "$descriptor".length()));
      }
    }
    return List.copyOf(names);
  }
}
