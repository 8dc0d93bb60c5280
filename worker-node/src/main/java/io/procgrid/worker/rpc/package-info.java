/** The gRPC services, thin; proto types end here. */
@NullMarked
package io.procgrid.worker.rpc;

import org.jspecify.annotations.NullMarked;
