/**
 * Makes the core's mutations durable, in groups, and reads what lives in the database only. No
 * decision enters.
 */
@NullMarked
package io.procgrid.head.store;

import org.jspecify.annotations.NullMarked;
