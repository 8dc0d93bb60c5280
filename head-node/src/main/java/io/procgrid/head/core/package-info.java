/**
 * The run registry: a pure state machine that owns all run state. No I/O, clock, thread or lock
 * enters; gRPC and HTTP types neither.
 */
@NullMarked
package io.procgrid.head.core;

import org.jspecify.annotations.NullMarked;
