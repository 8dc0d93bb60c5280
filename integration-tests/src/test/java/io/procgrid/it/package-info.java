/**
 * A real cluster for tests: heads and workers as child JVMs, driven over HTTP, and the means to
 * look at the processes they run without asking them.
 */
@NullMarked
package io.procgrid.it;

import org.jspecify.annotations.NullMarked;
