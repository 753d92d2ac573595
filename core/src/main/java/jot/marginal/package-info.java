/** The marginal operator of a plan, its Laplacian, and the linear solvers for both. */
@NullMarked
package jot.marginal;

import org.jspecify.annotations.NullMarked;
