/** The single writer: one thread that feeds events to a pure core and hands out its effects. */
@NullMarked
package io.procgrid.common.loop;

import org.jspecify.annotations.NullMarked;
