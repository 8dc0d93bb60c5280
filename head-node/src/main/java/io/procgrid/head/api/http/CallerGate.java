package io.procgrid.head.api.http;

import com.google.common.collect.ImmutableSet;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out: a browser on this machine would otherwise let any page drive a head on
 * loopback, by a request across origins or by a name that is made to point here.
 */
final class CallerGate {
  private final ImmutableSet<String> allowedHosts;

  CallerGate(ImmutableSet<String> allowedHosts) {
    this.allowedHosts =
        allowedHosts.stream()
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(ImmutableSet.toImmutableSet());
  }

  /**
   * Checks where a request comes from and whom it calls.
   *
   * @param authority the Host header; null when there is none
   * @param origin the Origin header; null when there is none
   * @param local the address of this side of the connection
   * @throws InvalidRequestException when it is refused
   */
  void check(@Nullable String authority, @Nullable String origin, InetAddress local) {
    if (authority == null || !isOurs(authority, local)) {
      throw InvalidRequestException.of(
          "Host",
          authority == null ? "" : authority,
          "this head does not go by that name; use 127.0.0.1 or localhost, or add the name to the"
              + " head's allowed hosts");
    }
    if (origin != null
        && !origin.equalsIgnoreCase("http://" + authority)
        && !origin.equalsIgnoreCase("https://" + authority)) {
      throw InvalidRequestException.of(
          "Origin", origin, "requests of other web sites are refused; call from outside a browser");
    }
  }

  private boolean isOurs(String authority, InetAddress local) {
    String host;
    try {
      host = HostAndPort.fromString(authority).getHost().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return false; // not a host at all, so not ours
    }
    if (host.equals("localhost") || allowedHosts.contains(host)) {
      return true;
    }
    if (!InetAddresses.isInetAddress(host)) {
      return false;
    }
    InetAddress address = InetAddresses.forString(host);
    // An address cannot be made to point elsewhere, as a name can: the one called is ours.
    return address.isLoopbackAddress() || address.equals(local);
  }
}
