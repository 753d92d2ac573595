/** Which CUDA libraries there are, where they lie on this machine, and their functions. */
@NullMarked
package jot.bindings.library;

import org.jspecify.annotations.NullMarked;
