/** {@code jot bench solvers}: the forward solvers and the backward pass at small ε. */
@NullMarked
package jot.bench.solvers;

import org.jspecify.annotations.NullMarked;
