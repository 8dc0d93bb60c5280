/** What a kill promises, on a healthy cluster. */
@NullMarked
package io.procgrid.it.kill;

import org.jspecify.annotations.NullMarked;
