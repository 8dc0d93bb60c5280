/**
 * The status of runs as shown: what the core knows joined with what the database has and what is
 * still at the workers.
 */
@NullMarked
package io.procgrid.head.api.status;

import org.jspecify.annotations.NullMarked;
