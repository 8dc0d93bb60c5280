/**
 * Launch, contain, kill, prove dead, wait: one interface, one implementation per mechanism of the
 * operating system.
 */
@NullMarked
package io.procgrid.worker.process;

import org.jspecify.annotations.NullMarked;
