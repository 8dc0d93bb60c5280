/**
 * REST: one class per endpoint. Decodes, hands one command to the core, encodes the answer. No run
 * state enters.
 */
@NullMarked
package io.procgrid.head.api;

import org.jspecify.annotations.NullMarked;
