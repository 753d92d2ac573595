package jot.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the emulated device lets a test see and set; see {@code gpu/src/test/cpp}. */
final class Emulator {
  /** Everything that a call creates and another must destroy. */
  static final List<String> KINDS =
      List.of(
          "device memory",
          "pinned memory",
          "stream",
          "graph",
          "executable graph",
          "module",
          "program",
          "event",
          "cublas handle",
          "cusolver handle");

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final SymbolLookup SYMBOLS =
      SymbolLookup.libraryLookup(
          Path.of(System.getProperty("jot.cuda.home"), "lib", "libjot-cuda-emulator.so"),
          Arena.global());

  private Emulator() {}

  private static Object call(String function, FunctionDescriptor descriptor, Object... arguments) {
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(function), descriptor);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  private static long named(String function, String name) {
    try (Arena arena = Arena.ofConfined()) {
      FunctionDescriptor descriptor = FunctionDescriptor.of(LONG, ValueLayout.ADDRESS);
      return (long) call(function, descriptor, arena.allocateFrom(name));
    }
  }

  /** How often a function was called; {@code "*"} counts all. */
  static long calls(String function) {
    return named("emulator_calls", function);
  }

  /** How many objects of a kind there are. */
  static long live(String kind) {
    return named("emulator_live", kind);
  }

  /** How many objects there are of every kind. */
  static List<Long> live() {
    return KINDS.stream().map(Emulator::live).toList();
  }

  /** Bytes copied to the device (1), to the host (2), or on the device (3). */
  static long copied(int kind) {
    return (long) call("emulator_copied", FunctionDescriptor.of(LONG, INT), kind);
  }

  /** Copies from or to memory that is not pinned. */
  static long pageableCopies() {
    return (long) call("emulator_pageable", FunctionDescriptor.of(LONG));
  }

  static long synchronisations() {
    return (long) call("emulator_synchronisations", FunctionDescriptor.of(LONG));
  }

  /** Makes the call that comes so many calls later fail, and with a lost device all after it. */
  static void fail(String function, long after, int status, boolean forGood) {
    try (Arena arena = Arena.ofConfined()) {
      call(
          "emulator_fail",
          FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, LONG, INT, INT),
          arena.allocateFrom(function),
          after,
          status,
          forGood ? 1 : 0);
    }
  }

  /** Forgets faults, a lost device and broken contracts. */
  static void forget() {
    call("emulator_forget", FunctionDescriptor.ofVoid());
  }

  /** Forgets faults and a lost device; broken contracts stay known. */
  static void forgetFaults() {
    call("emulator_forget_faults", FunctionDescriptor.ofVoid());
  }

  static void capacity(long bytes) {
    call("emulator_capacity", FunctionDescriptor.ofVoid(LONG), bytes);
  }

  static long used() {
    return (long) call("emulator_used", FunctionDescriptor.of(LONG));
  }

  /** Broken contracts, in words. */
  static List<String> violations() {
    List<String> all = new ArrayList<>();
    long count = (long) call("emulator_violations", FunctionDescriptor.of(LONG));
    for (long k = 0; k < count; k++) {
      MemorySegment text =
          (MemorySegment)
              call("emulator_violation", FunctionDescriptor.of(ValueLayout.ADDRESS, LONG), k);
      all.add(text.reinterpret(4096).getString(0));
    }
    return all;
  }
}
