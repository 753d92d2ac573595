/** {@code jot bench peers}: the same problems through jot and through Python's libraries. */
@NullMarked
package jot.bench.peers;

import org.jspecify.annotations.NullMarked;
