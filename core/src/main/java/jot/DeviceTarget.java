package jot;

import jot.backward.Implicit;
import jot.spi.Buffer;

/** Where the gradients of a problem on a device go: buffers of its session. */
record DeviceTarget(Implicit.Target target, Buffer a, Buffer b) {}
