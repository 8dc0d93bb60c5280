/**
 * What stands on the wire: records described once, the wrapper around every answer, and the formats
 * that carry both. Endpoints see records only.
 */
@NullMarked
package io.procgrid.head.api.wire;

import org.jspecify.annotations.NullMarked;
