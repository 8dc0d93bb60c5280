/**
 * The segments' state machine, pure like the head's: tombstones, epochs, ordering of start and
 * kill.
 */
@NullMarked
package io.procgrid.worker.core;

import org.jspecify.annotations.NullMarked;
