/** The plain scalar backend, against which every other one is tested. */
@NullMarked
package jot.reference;

import org.jspecify.annotations.NullMarked;
