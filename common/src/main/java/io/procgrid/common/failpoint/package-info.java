/** Places where a fault test lets a daemon die. Off unless asked for at its start. */
@NullMarked
package io.procgrid.common.failpoint;

import org.jspecify.annotations.NullMarked;
