/** The run model that both sides speak: what to run, how it ended, who killed it. */
@NullMarked
package io.procgrid.common.run;

import org.jspecify.annotations.NullMarked;
