package io.procgrid.head;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.config.ConfigurationException;
import io.procgrid.common.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/**
 * The head's settings, checked.
 *
 * @param dataDir {@code --data-dir}: everything the head keeps; required
 * @param port {@code --port}: of the REST API; 0 = any free one
 * @param listen {@code --listen}: address the REST API binds to
 * @param grpcListen {@code --grpc-listen}: address the gRPC port binds to; as listen when not given
 * @param grpcPort {@code --grpc-port}: 0 = the one of before when it is free, else any
 * @param allowedHosts {@code --allowed-hosts}: names, besides those of the loopback, that a Host
 *     header may carry
 * @param maxRequestBytes {@code --max-request-bytes}: longest REST request body
 * @param clusterStartWaitMillis {@code --cluster-start-wait-ms}: how long auto-start entries wait
 *     for the workers of before
 * @param insecure {@code --insecure}: bind to other addresses than the loopback all the same
 */
public record HeadConfig(
    Path dataDir,
    int port,
    String listen,
    String grpcListen,
    int grpcPort,
    ImmutableSet<String> allowedHosts,
    long maxRequestBytes,
    long clusterStartWaitMillis,
    boolean insecure) {
  private static final ImmutableSet<String> KEYS =
      ImmutableSet.of(
          "data-dir",
          "port",
          "listen",
          "grpc-listen",
          "grpc-port",
          "allowed-hosts",
          "max-request-bytes",
          "cluster-start-wait-ms");
  private static final ImmutableSet<String> FLAGS = ImmutableSet.of("insecure");
  private static final int HIGHEST_PORT = 65_535;
  private static final long DAY_MILLIS = 86_400_000;

  /** Reads the command line, and the file that its {@code --config} names. */
  public static HeadConfig parse(List<String> arguments) throws ConfigurationException {
    Settings settings = Settings.parse(arguments, KEYS, FLAGS);
    boolean insecure = settings.flag("insecure", false);
    String listen = settings.text("listen").orElse("127.0.0.1");
    requireLoopback(settings, "listen", listen, insecure);
    String grpcListen = settings.text("grpc-listen").orElse(listen);
    requireLoopback(settings, "grpc-listen", grpcListen, insecure);
    return new HeadConfig(
        Path.of(settings.requiredText("data-dir")).toAbsolutePath().normalize(),
        (int) settings.integer("port", 9191, 0, HIGHEST_PORT),
        listen,
        grpcListen,
        (int) settings.integer("grpc-port", 0, 0, HIGHEST_PORT),
        hosts(settings),
        settings.integer("max-request-bytes", 67_108_864, 1024, Integer.MAX_VALUE),
        settings.integer("cluster-start-wait-ms", 10_000, 0, DAY_MILLIS),
        insecure);
  }

  private static ImmutableSet<String> hosts(Settings settings) {
    return settings
        .text("allowed-hosts")
        .map(text ->
            ImmutableSet.copyOf(Splitter.on(',').trimResults().omitEmptyStrings().split(text)))
        .orElse(ImmutableSet.of());
  }

  private static void requireLoopback(
      Settings settings, String key, String address, boolean insecure)
      throws ConfigurationException {
    if (!isLoopback(settings, key, address) && !insecure) {
      throw settings.invalid(
          key,
          "there is no authentication yet: whoever reaches this address could run programs here;"
              + " use 127.0.0.1, or add --insecure on a closed test network");
    }
  }

  private static boolean isLoopback(Settings settings, String key, String address)
      throws ConfigurationException {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw settings.invalid(key, "does not resolve; give an address of this host");
    }
  }

  /** True when other hosts can reach the head. */
  public boolean isExposed() {
    try {
      return !InetAddress.getByName(listen).isLoopbackAddress()
          || !InetAddress.getByName(grpcListen).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // It resolved a moment ago: to be safe, exposed.
      return true;
    }
  }
}
