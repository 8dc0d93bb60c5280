package io.procgrid.head.api.http;

import com.google.common.collect.ImmutableSet;
import java.net.InetSocketAddress;

/**
 * How REST is served.
 *
 * @param listen address and port; port 0 = any free one
 * @param maxRequestBytes largest body of a request, bytes
 * @param allowedHosts names, besides those of loopback and the address of the connection, that
 *     requests may call the head by; without ports
 */
public record RestSettings(
    InetSocketAddress listen, long maxRequestBytes, ImmutableSet<String> allowedHosts) {
  /** 64 MiB. */
  public static final long DEFAULT_MAX_REQUEST_BYTES = 64L * 1024 * 1024;
}
