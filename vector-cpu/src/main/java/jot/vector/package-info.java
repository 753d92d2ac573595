/** The CPU backend on the Vector API. */
@NullMarked
package jot.vector;

import org.jspecify.annotations.NullMarked;
