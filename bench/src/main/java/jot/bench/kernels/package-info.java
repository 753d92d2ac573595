/** {@code jot bench kernels}: every operation of a backend against the limits of the machine. */
@NullMarked
package jot.bench.kernels;

import org.jspecify.annotations.NullMarked;
