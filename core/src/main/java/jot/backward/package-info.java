/** Adjoints of the solution, implicit and unrolled, one a file. */
@NullMarked
package jot.backward;

import org.jspecify.annotations.NullMarked;
