package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import jot.bindings.driver.Driver;
import org.jspecify.annotations.Nullable;

/** The kernels that a device can launch; each source is compiled when it is first needed. */
final class Kernels {
  private final String architecture;
  private final CubinCache cache;
  private final Map<Kernel.Source, MemorySegment> modules = new EnumMap<>(Kernel.Source.class);
  private final @Nullable MemorySegment[] functions = new MemorySegment[Kernel.values().length];

  Kernels(String architecture, CubinCache cache) {
    this.architecture = architecture;
    this.cache = cache;
  }

  /** The function to launch. */
  MemorySegment function(int kernel) {
    MemorySegment function = functions[kernel];
    return function == null ? load(Kernel.of(kernel)) : function;
  }

  private synchronized MemorySegment load(Kernel kernel) {
    MemorySegment known = functions[kernel.index()];
    if (known != null) {
      return known;
    }
    Device.use();
    MemorySegment module = modules.get(kernel.source());
    if (module == null) {
      module = module(kernel.source());
      modules.put(kernel.source(), module);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Status.driver(
          "cuModuleGetFunction",
          Driver.cuModuleGetFunction(out, module, arena.allocateFrom(kernel.key())));
      MemorySegment function = out.get(ValueLayout.ADDRESS, 0);
      functions[kernel.index()] = function;
      return function;
    }
  }

  /** Gives the modules back; no kernel may be launched any more. */
  synchronized void unload() {
    for (MemorySegment module : modules.values()) {
      Driver.cuModuleUnload(module); // of a lost device nothing is left to unload
    }
    modules.clear();
    java.util.Arrays.fill(functions, null);
  }

  private MemorySegment module(Kernel.Source source) {
    String text = KernelSources.text(source);
    KernelCompiler compiler = new KernelCompiler(architecture);
    String key =
        CubinCache.key(
            source.key(), architecture, KernelCompiler.version() + compiler.options(), text);
    byte[] cubin = cache.find(key);
    if (cubin != null) {
      MemorySegment module = load(cubin);
      if (module != null) {
        return module;
      }
    }
    cubin = compiler.compile(source.key() + ".cu", text).cubin();
    cache.store(key, cubin);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Status.driver(
          "cuModuleLoadData",
          Driver.cuModuleLoadData(out, arena.allocateFrom(ValueLayout.JAVA_BYTE, cubin)));
      return out.get(ValueLayout.ADDRESS, 0);
    }
  }

  /** What was kept on disk, or null where the driver does not take it. */
  private static @Nullable MemorySegment load(byte[] cubin) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment image = arena.allocateFrom(ValueLayout.JAVA_BYTE, cubin);
      return Driver.cuModuleLoadData(out, image) == 0 ? out.get(ValueLayout.ADDRESS, 0) : null;
    }
  }
}
