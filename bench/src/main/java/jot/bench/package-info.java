/** The command line, the benchmarks and the experiments. */
@NullMarked
package jot.bench;

import org.jspecify.annotations.NullMarked;
