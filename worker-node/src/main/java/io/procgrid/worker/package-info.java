/** The worker of a host: its composition root, and what it is told by whoever starts it. */
@NullMarked
package io.procgrid.worker;

import org.jspecify.annotations.NullMarked;
