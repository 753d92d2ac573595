package jot.bindings.library;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.cusolver.Cusolver;
import jot.bindings.nvrtc.Nvrtc;

/** A program that opens what is no driver and prints each library's name, CUDA and own version. */
final class OpenAll {
  private OpenAll() {}

  public static void main(String[] args) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment second = arena.allocate(ValueLayout.JAVA_INT);
      for (Library library : Library.values()) {
        if (library == Library.DRIVER) {
          continue;
        }
        OpenLibrary open = Libraries.open(library);
        int status =
            switch (library) {
              case CUDART -> Cudart.cudaRuntimeGetVersion(first);
              case NVRTC -> Nvrtc.nvrtcVersion(first, second);
              case CUBLAS -> Cublas.cublasGetProperty(0, first);
              case CUSOLVER -> Cusolver.cusolverGetProperty(0, first);
              case DRIVER -> -1;
            };
        System.out.println(
            library.key()
                + " "
                + open.cuda()
                + " "
                + status
                + " "
                + first.get(ValueLayout.JAVA_INT, 0)
                + " "
                + open.path());
      }
    }
  }
}
