/** What a native call costs: foreign functions beside JNI, on the same functions of OpenBLAS. */
@NullMarked
package jot.bench.ffm;

import org.jspecify.annotations.NullMarked;
