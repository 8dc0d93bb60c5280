/** Names of things in a cluster. */
@NullMarked
package io.procgrid.common.id;

import org.jspecify.annotations.NullMarked;
