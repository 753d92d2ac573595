/** What backends on the host share. */
@NullMarked
package jot.spi.host;

import org.jspecify.annotations.NullMarked;
