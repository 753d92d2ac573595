/** {@code jot demo}: the main job on real images, and a page of pictures. */
@NullMarked
package jot.bench.demo;

import org.jspecify.annotations.NullMarked;
