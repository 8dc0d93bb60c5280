/**
 * A link per worker: channel, watch stream, batches of Start and Kill, health; and the registration
 * service. No run decision enters.
 */
@NullMarked
package io.procgrid.head.workers;

import org.jspecify.annotations.NullMarked;
