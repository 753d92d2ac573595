package jot.vector;

import java.lang.foreign.Arena;
import java.util.List;

/** The bits that every kernel gives, a line each. */
final class KernelBits {
  private static final int[] SIZES = {1, 2, 3, 5, 8, 13, 100, 1030};

  private KernelBits() {}

  /** Prints them from a virtual machine that has run nothing before. */
  public static void main(String[] args) {
    lines().forEach(System.out::println);
  }

  static List<String> lines() {
    return KernelCases.all().stream()
        .map(kernel -> kernel + " " + Long.toHexString(hash(kernel)))
        .toList();
  }

  private static long hash(KernelCases.Case kernel) {
    long hash = 0;
    for (int n : SIZES) {
      try (Arena arena = Arena.ofConfined()) {
        Memory m = new Memory(arena, n, 8, n);
        hash = 31 * hash + Double.doubleToLongBits(kernel.run(m));
        for (Memory.Row row : m.rows()) {
          for (int j = 0; j < n; j++) {
            hash = 31 * hash + Double.doubleToLongBits(row.got(j));
          }
        }
      }
    }
    return hash;
  }
}
