/** What holds when heads and workers die, hang, return or are restarted. */
@NullMarked
package io.procgrid.it.crash;

import org.jspecify.annotations.NullMarked;
