/** What every gRPC call between head and worker carries. */
@NullMarked
package io.procgrid.common.rpc;

import org.jspecify.annotations.NullMarked;
