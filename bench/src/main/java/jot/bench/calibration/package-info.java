/** What the machine can do at most: exponentials a second, and bytes read a second. */
@NullMarked
package jot.bench.calibration;

import org.jspecify.annotations.NullMarked;
