/** Cases in which other runners of processes were seen to fail, each with real processes. */
@NullMarked
package io.procgrid.it.torture;

import org.jspecify.annotations.NullMarked;
