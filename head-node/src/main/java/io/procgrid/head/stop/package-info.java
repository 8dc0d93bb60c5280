/**
 * The tool behind {@code scripts/stop-cluster.sh}: has what runs killed, and says what lives on.
 */
@NullMarked
package io.procgrid.head.stop;

import org.jspecify.annotations.NullMarked;
