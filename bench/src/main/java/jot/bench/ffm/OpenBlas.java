package jot.bench.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_full;

/**
 * OpenBLAS as JavaCPP unpacks and loads it, for foreign calls too: the functions are those that
 * JavaCPP's library is linked with; one thread. Handles are constants: the JVM compiles a call of
 * them into its caller.
 */
@SuppressWarnings("restricted") // in a process of its own that grants native access
final class OpenBlas {

  /** How a matrix lies, and that it is not transposed, in the words of CBLAS. */
  static final int ROW_MAJOR = 101;

  static final int AS_IT_IS = 111;

  private static final SymbolLookup SYMBOLS = open();

  private static final FunctionDescriptor THREADS = FunctionDescriptor.of(JAVA_INT);
  private static final FunctionDescriptor DOT =
      FunctionDescriptor.of(JAVA_DOUBLE, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final FunctionDescriptor GEMV =
      FunctionDescriptor.ofVoid(
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_DOUBLE,
          ADDRESS,
          JAVA_INT,
          ADDRESS,
          JAVA_INT,
          JAVA_DOUBLE,
          ADDRESS,
          JAVA_INT);

  private static final Linker.Option CRITICAL = Linker.Option.critical(false);
  private static final Linker.Option CRITICAL_HEAP = Linker.Option.critical(true);

  static final MethodHandle THREADS_PLAIN = handle("openblas_get_num_threads", THREADS);
  static final MethodHandle THREADS_CRITICAL =
      handle("openblas_get_num_threads", THREADS, CRITICAL);
  static final MethodHandle THREADS_CRITICAL_HEAP =
      handle("openblas_get_num_threads", THREADS, CRITICAL_HEAP);
  static final MethodHandle DOT_PLAIN = handle("cblas_ddot", DOT);
  static final MethodHandle DOT_CRITICAL = handle("cblas_ddot", DOT, CRITICAL);
  static final MethodHandle DOT_CRITICAL_HEAP = handle("cblas_ddot", DOT, CRITICAL_HEAP);
  static final MethodHandle GEMV_PLAIN = handle("cblas_dgemv", GEMV);
  static final MethodHandle GEMV_CRITICAL = handle("cblas_dgemv", GEMV, CRITICAL);
  static final MethodHandle GEMV_CRITICAL_HEAP = handle("cblas_dgemv", GEMV, CRITICAL_HEAP);

  private OpenBlas() {}

  /** What it says of itself: version, options, processor. */
  static String description() {
    return openblas_full.openblas_get_config().getString();
  }

  private static SymbolLookup open() {
    Path jni = Path.of(Loader.load(openblas_full.class));
    // Looked up from JavaCPP's own library: by a file's name a second copy may be loaded.
    SymbolLookup symbols = SymbolLookup.libraryLookup(jni, Arena.global());
    openblas_full.openblas_set_num_threads(1);
    return symbols;
  }

  private static MethodHandle handle(
      String function, FunctionDescriptor descriptor, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(function), descriptor, options);
  }
}
