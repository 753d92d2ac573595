package jot.bindings.library;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The system's loader. {@link SymbolLookup#libraryLookup} says only that a library could not be
 * opened; this keeps the reason that the system gives, such as another library that is missing.
 */
final class DynamicLoader {
  private static final int NOW = 2;
  private static final long LONGEST_MESSAGE = 4096;

  /** What grants native access. */
  static final String GRANT =
      "native access is not granted; start java with --enable-native-access=jot.bindings,jot.gpu,"
          + " on the class path with ALL-UNNAMED";

  private DynamicLoader() {}

  /** Whether native access is granted; without it a first call warns, or fails where denied. */
  static boolean granted() {
    return DynamicLoader.class.getModule().isNativeAccessEnabled();
  }

  /** Loads a file or a bare name for good. Null when it worked, else the system's reason. */
  static @Nullable String load(String name) {
    Linker linker = Linker.nativeLinker();
    MethodHandle dlopen =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlopen"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MethodHandle dlerror =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(name), NOW);
      if (handle.address() != 0) {
        return null;
      }
      MemorySegment reason = (MemorySegment) dlerror.invokeExact();
      return reason.address() == 0
          ? "unknown reason"
          : reason.reinterpret(LONGEST_MESSAGE).getString(0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("dlopen cannot be called", e);
    }
  }

  /** The functions of what {@link #load} has loaded. */
  static SymbolLookup symbols(String name) {
    return SymbolLookup.libraryLookup(name, Arena.global());
  }
}
