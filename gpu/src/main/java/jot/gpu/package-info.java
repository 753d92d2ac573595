/** The CUDA backend. */
@NullMarked
package jot.gpu;

import org.jspecify.annotations.NullMarked;
