/** The CUDA libraries' functions as jextract generates them; nothing here is written by hand. */
@NullMarked
package jot.bindings;

import org.jspecify.annotations.NullMarked;
