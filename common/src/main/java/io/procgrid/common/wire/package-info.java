/** Where proto types end: their translation to and from the records of the project. */
@NullMarked
package io.procgrid.common.wire;

import org.jspecify.annotations.NullMarked;
