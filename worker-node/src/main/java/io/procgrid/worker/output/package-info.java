/**
 * The output files of segments: stdout and stderr go straight into them; the latest lines are read
 * back from them.
 */
@NullMarked
package io.procgrid.worker.output;

import org.jspecify.annotations.NullMarked;
