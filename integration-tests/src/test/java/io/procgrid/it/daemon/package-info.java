/** The daemons as programs: their settings, locks, files and ports. */
@NullMarked
package io.procgrid.it.daemon;

import org.jspecify.annotations.NullMarked;
