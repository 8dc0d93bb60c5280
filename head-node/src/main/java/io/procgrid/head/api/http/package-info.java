/** REST on HTTP: the server, what it lets in, and what it answers when something is wrong. */
@NullMarked
package io.procgrid.head.api.http;

import org.jspecify.annotations.NullMarked;
