package jot.bindings.library;

import java.lang.foreign.SymbolLookup;

/**
 * A library that is loaded.
 *
 * @param library which one
 * @param path the file that it came from; a bare name where the system's loader found it
 * @param cuda the major version of CUDA that it belongs to; for the driver 0
 * @param symbols its functions, for as long as the process runs
 */
public record OpenLibrary(Library library, String path, int cuda, SymbolLookup symbols) {}
