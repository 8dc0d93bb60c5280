package io.procgrid.head.api;

/**
 * Who sent a request.
 *
 * @param address IP address it came from
 * @param host the head as the caller addressed it: host, or host:port
 */
public record Caller(String address, String host) {}
