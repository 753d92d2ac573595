/** What a device can do: the contract between the algorithms and a backend. */
@NullMarked
package jot.spi;

import org.jspecify.annotations.NullMarked;
