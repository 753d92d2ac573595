/** Arrays of floating-point numbers in native memory, and their files. */
@NullMarked
package jot.tensor;

import org.jspecify.annotations.NullMarked;
