/** Optimal transport with entropic regularisation, differentiable in everything it is given. */
@NullMarked
package jot;

import org.jspecify.annotations.NullMarked;
