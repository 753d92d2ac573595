/** Forward solvers, one a file. */
@NullMarked
package jot.solve;

import org.jspecify.annotations.NullMarked;
