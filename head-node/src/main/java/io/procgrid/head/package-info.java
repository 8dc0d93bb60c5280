/** The head: its composition root and its settings. */
@NullMarked
package io.procgrid.head;

import org.jspecify.annotations.NullMarked;
