package io.procgrid.worker;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.procgrid.common.config.ConfigurationException;
import io.procgrid.common.config.Settings;
import io.procgrid.worker.process.ContainmentMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The worker's settings.
 *
 * @param dataDirectory folder of the cluster on this host ({@code --data-dir}); exists
 * @param name of the worker, and of its files there ({@code --name})
 * @param number number it would like in the cluster, 0 = any ({@code --number})
 * @param slots segments of one distributed run here ({@code --slots})
 * @param listen address to listen on ({@code --listen})
 * @param advertise host under which the head reaches it ({@code --advertise})
 * @param grpcPort port to listen on, 0 = any free one ({@code --grpc-port})
 * @param head where the head's gRPC server is ({@code --head}); else {@code headFile} is present
 * @param headFile JSON file that says so ({@code --head-file})
 * @param secretFile the cluster's secret ({@code --secret-file})
 * @param containment mechanism to use, or "auto" ({@code --containment})
 * @param insecure may listen where others can reach it ({@code --insecure})
 */
public record WorkerConfig(
    Path dataDirectory,
    String name,
    int number,
    int slots,
    InetAddress listen,
    String advertise,
    int grpcPort,
    Optional<HostAndPort> head,
    Optional<Path> headFile,
    Path secretFile,
    ContainmentMode containment,
    boolean insecure) {
  static final Set<String> KEYS =
      Set.of(
          "data-dir",
          "name",
          "number",
          "slots",
          "listen",
          "advertise",
          "grpc-port",
          "head",
          "head-file",
          "secret-file",
          "containment");
  static final Set<String> FLAGS = Set.of("insecure");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** Reads and checks the command line and the file it names. */
  public static WorkerConfig parse(List<String> arguments) throws ConfigurationException {
    Settings settings = Settings.parse(arguments, KEYS, FLAGS);
    Path directory = directory(settings);
    String name = name(settings);
    InetAddress listen = listen(settings);
    Optional<HostAndPort> head = head(settings);
    Optional<Path> headFile = settings.text("head-file").map(Path::of);
    if (head.isPresent() == headFile.isPresent()) {
      throw settings.invalid(
          "head", "give either --head HOST:PORT or --head-file FILE, the head's gRPC address");
    }
    return new WorkerConfig(
        directory,
        name,
        (int) settings.integer("number", 0, 0, 1_000_000),
        (int) settings.integer("slots", 1, 1, 1_000),
        listen,
        settings.text("advertise").orElse(InetAddresses.toAddrString(listen)),
        (int) settings.integer("grpc-port", 0, 0, 65_535),
        head,
        headFile,
        settings.text("secret-file").map(Path::of).orElse(directory.resolve("cluster.secret")),
        containment(settings),
        settings.flag("insecure", false));
  }

  private static Path directory(Settings settings) throws ConfigurationException {
    Path directory = Path.of(settings.requiredText("data-dir")).toAbsolutePath().normalize();
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw settings.invalid("data-dir", "must be a folder that the worker may write to");
    }
    return directory;
  }

  private static String name(Settings settings) throws ConfigurationException {
    String name = settings.text("name").orElse("worker-1");
    if (!NAME.matcher(name).matches()) {
      throw settings.invalid(
          "name", "must be 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit");
    }
    return name;
  }

  private static InetAddress listen(Settings settings) throws ConfigurationException {
    InetAddress listen;
    try {
      listen = InetAddress.getByName(settings.text("listen").orElse("127.0.0.1"));
    } catch (UnknownHostException e) {
      throw settings.invalid("listen", "must be an address of this host, such as 127.0.0.1");
    }
    if (!listen.isLoopbackAddress() && !settings.flag("insecure", false)) {
      throw settings.invalid(
          "listen",
          "others could reach the worker there, and calls are not encrypted: use 127.0.0.1, or add --insecure in a closed test network");
    }
    if (listen.isAnyLocalAddress() && settings.text("advertise").isEmpty()) {
      throw settings.invalid(
          "advertise", "needed with --listen on all addresses: the host that the head dials");
    }
    return listen;
  }

  private static Optional<HostAndPort> head(Settings settings) throws ConfigurationException {
    Optional<String> text = settings.text("head");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      HostAndPort head = HostAndPort.fromString(text.get());
      if (head.hasPort()) {
        return Optional.of(head);
      }
    } catch (IllegalArgumentException e) {
      // Said below, together with an address that lacks its port.
    }
    throw settings.invalid("head", "must be HOST:PORT, the head's gRPC address");
  }

  private static ContainmentMode containment(Settings settings) throws ConfigurationException {
    String text = settings.text("containment").orElse(ContainmentMode.AUTO.text());
    Optional<ContainmentMode> mode = ContainmentMode.parse(text);
    if (mode.isEmpty()) {
      String valid =
          Stream.of(ContainmentMode.values())
              .map(ContainmentMode::text)
              .collect(Collectors.joining(", "));
      throw settings.invalid("containment", "must be one of " + valid);
    }
    return mode.get();
  }
}
