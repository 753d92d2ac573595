/** Where costs come from, as data. */
@NullMarked
package jot.geometry;

import org.jspecify.annotations.NullMarked;
