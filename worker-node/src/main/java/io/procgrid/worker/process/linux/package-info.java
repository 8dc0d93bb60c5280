/** Foreign Function bindings of Linux: nothing else in the project touches native code. */
@NullMarked
package io.procgrid.worker.process.linux;

import org.jspecify.annotations.NullMarked;
