package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.cusolver.Cusolver;
import jot.bindings.driver.Driver;
import jot.bindings.library.Libraries;
import jot.bindings.library.Library;
import jot.bindings.library.MissingLibraryException;
import jot.bindings.library.OpenLibrary;

/** CUDA's libraries as this process finds them: version and file, or why one cannot be used. */
final class LibraryVersions {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /** For {@code cublasGetProperty} and {@code cusolverGetProperty}: major, minor, patch. */
  private static final int[] PROPERTIES = {0, 1, 2};

  private LibraryVersions() {}

  static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    for (Library library : Library.values()) {
      all.put(library.key(), of(library));
    }
    return all;
  }

  private static String of(Library library) {
    try (Arena arena = Arena.ofConfined()) {
      OpenLibrary open = Libraries.open(library);
      return version(library, arena) + ", " + open.path();
    } catch (MissingLibraryException | CudaException e) {
      return "cannot be used: " + e.getMessage();
    } catch (IllegalCallerException e) {
      return "cannot be used: native access is denied to jot.bindings";
    }
  }

  private static String version(Library library, Arena arena) {
    MemorySegment first = arena.allocate(INT);
    return switch (library) {
      case DRIVER -> {
        Status.driver("cuDriverGetVersion", Driver.cuDriverGetVersion(first));
        yield ofNumber(first.get(INT, 0));
      }
      case CUDART -> {
        Status.cudart("cudaRuntimeGetVersion", Cudart.cudaRuntimeGetVersion(first));
        yield ofNumber(first.get(INT, 0));
      }
      case NVRTC -> KernelCompiler.version();
      case CUBLAS -> {
        StringBuilder parts = new StringBuilder();
        for (int property : PROPERTIES) {
          add(parts, "cublasGetProperty", Cublas.cublasGetProperty(property, first), first);
        }
        yield parts.toString();
      }
      case CUSOLVER -> {
        StringBuilder parts = new StringBuilder();
        for (int property : PROPERTIES) {
          add(parts, "cusolverGetProperty", Cusolver.cusolverGetProperty(property, first), first);
        }
        yield parts.toString();
      }
    };
  }

  /** 13020 is 13.2. */
  private static String ofNumber(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  private static void add(StringBuilder parts, String call, int status, MemorySegment value) {
    if (status != 0) {
      throw Status.of(call, status, "unknown", "is the library whole? install it again");
    }
    parts.append(parts.isEmpty() ? "" : ".").append(value.get(INT, 0));
  }
}
