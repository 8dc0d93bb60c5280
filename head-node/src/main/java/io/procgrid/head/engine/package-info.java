/**
 * Feeds the core from one thread and carries out its effects: persists, replies, and what the links
 * send.
 */
@NullMarked
package io.procgrid.head.engine;

import org.jspecify.annotations.NullMarked;
