/** What a daemon does on its host: the lock it holds and the files it leaves for the scripts. */
@NullMarked
package io.procgrid.common.daemon;

import org.jspecify.annotations.NullMarked;
