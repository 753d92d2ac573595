package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jot.bindings.nvrtc.Nvrtc;

/** Compiles kernels for an architecture by NVRTC. */
final class KernelCompiler {
  /** Machine code, and what the compiler said about it. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Compiled(byte[] cubin, String log) {}

  private final List<String> options;

  /**
   * Prepares to compile.
   *
   * @param architecture such as {@code "sm_90"}
   * @param more options of NVRTC
   */
  KernelCompiler(String architecture, String... more) {
    List<String> all = new ArrayList<>();
    all.add("--gpu-architecture=" + architecture);
    all.add("--std=c++17");
    all.addAll(List.of(more));
    options = List.copyOf(all);
  }

  List<String> options() {
    return options;
  }

  /** NVRTC's own version, such as {@code "13.0"}. */
  static String version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment minor = arena.allocate(ValueLayout.JAVA_INT);
      Status.nvrtc("nvrtcVersion", Nvrtc.nvrtcVersion(major, minor));
      return major.get(ValueLayout.JAVA_INT, 0) + "." + minor.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** The newest architecture that NVRTC knows and a device of this capability runs. */
  static String architecture(int major, int minor) {
    int wanted = 10 * major + minor;
    int best = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      Status.nvrtc("nvrtcGetNumSupportedArchs", Nvrtc.nvrtcGetNumSupportedArchs(count));
      int known = count.get(ValueLayout.JAVA_INT, 0);
      MemorySegment all = arena.allocate(ValueLayout.JAVA_INT, known);
      Status.nvrtc("nvrtcGetSupportedArchs", Nvrtc.nvrtcGetSupportedArchs(all));
      for (int k = 0; k < known; k++) {
        int one = all.getAtIndex(ValueLayout.JAVA_INT, k);
        if (one <= wanted && one / 10 == major && one > best) {
          best = one;
        }
      }
    }
    if (best == 0) {
      throw new IllegalStateException(
          "NVRTC "
              + version()
              + " compiles nothing for a device of compute capability "
              + major
              + "."
              + minor
              + "; install a CUDA version that does");
    }
    return "sm_" + best;
  }

  /** Compiles a source. */
  Compiled compile(String name, String source) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(ValueLayout.ADDRESS);
      Status.nvrtc(
          "nvrtcCreateProgram",
          Nvrtc.nvrtcCreateProgram(
              program,
              arena.allocateFrom(source),
              arena.allocateFrom(name),
              0,
              MemorySegment.NULL,
              MemorySegment.NULL));
      try {
        return compile(arena, program.get(ValueLayout.ADDRESS, 0), name);
      } finally {
        Nvrtc.nvrtcDestroyProgram(program);
      }
    }
  }

  private Compiled compile(Arena arena, MemorySegment program, String name) {
    MemorySegment all = arena.allocate(ValueLayout.ADDRESS, options.size());
    for (int k = 0; k < options.size(); k++) {
      all.setAtIndex(ValueLayout.ADDRESS, k, arena.allocateFrom(options.get(k)));
    }
    int status = Nvrtc.nvrtcCompileProgram(program, options.size(), all);
    if (status != 0) {
      throw Status.of(
          "nvrtcCompileProgram",
          status,
          Nvrtc.nvrtcGetErrorString(status).getString(0)
              + " in "
              + name
              + ": "
              + log(arena, program),
          "report it with the output of jot doctor, or choose the backend 'vector'");
    }
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    Status.nvrtc("nvrtcGetCUBINSize", Nvrtc.nvrtcGetCUBINSize(program, size));
    MemorySegment cubin = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
    Status.nvrtc("nvrtcGetCUBIN", Nvrtc.nvrtcGetCUBIN(program, cubin));
    return new Compiled(cubin.toArray(ValueLayout.JAVA_BYTE), log(arena, program));
  }

  private static String log(Arena arena, MemorySegment program) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    if (Nvrtc.nvrtcGetProgramLogSize(program, size) != 0) {
      return "no log";
    }
    MemorySegment text = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
    return Nvrtc.nvrtcGetProgramLog(program, text) == 0 ? text.getString(0).strip() : "no log";
  }
}
