package jot.vector;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Prints the bytes that a thousand warmed calls of each kernel allocate. A program of its own, for
 * the module under test does not read the one that counts.
 */
final class Allocations {
  private static final int[] SIZES = {1, 5, 16, 100, 1000};
  private static final int CALLS = 1000;
  private static final int ROUNDS = 500;

  /** Keeps the compiler from dropping calls. */
  private static double results;

  private Allocations() {}

  public static void main(String[] args) throws Throwable {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    MethodHandle allocated =
        MethodHandles.lookup()
            .findVirtual(
                Class.forName("com.sun.management.ThreadMXBean"),
                "getCurrentThreadAllocatedBytes",
                MethodType.methodType(long.class))
            .bindTo(threads);
    List<KernelCases.Case> kernels = KernelCases.all();
    try (Arena arena = Arena.ofShared()) {
      Memory[] memories = new Memory[SIZES.length];
      for (int s = 0; s < SIZES.length; s++) {
        memories[s] = new Memory(arena, SIZES[s], 8, s);
      }
      for (KernelCases.Case kernel : kernels) {
        for (int i = 0; i < 20_000; i++) {
          results += kernel.run(memories[i % SIZES.length]);
        }
      }
      for (KernelCases.Case kernel : kernels) {
        for (Memory m : memories) {
          System.out.println(kernel + " " + m.n + " " + least(kernel, m, allocated));
        }
      }
    }
    if (Double.isNaN(results)) {
      throw new IllegalStateException("a kernel gave NaN");
    }
  }

  /**
   * The least of some rounds, with rests between them in which a busy compiler comes to its end.
   */
  private static long least(KernelCases.Case kernel, Memory m, MethodHandle allocated)
      throws Throwable {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > 0; round++) {
      if (round > 0) {
        Thread.sleep(10);
      }
      long before = (long) allocated.invokeExact();
      for (int i = 0; i < CALLS; i++) {
        results += kernel.run(m);
      }
      least = Math.min(least, (long) allocated.invokeExact() - before);
    }
    return least;
  }
}
