package io.procgrid.head;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.procgrid.common.daemon.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code DIR/head.json}: where the running head is found, by workers, scripts and tools.
 *
 * @param pid of the head's process
 * @param url of the REST API
 * @param port of the REST API
 * @param grpc host:port where workers register
 * @param clusterId the cluster it serves
 */
public record HeadFile(long pid, String url, int port, String grpc, String clusterId) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The file of a data directory. */
  public static Path in(Path dataDir) {
    return dataDir.resolve("head.json");
  }

  /**
   * The file's content, or empty when there is none.
   *
   * @throws IOException when it is there and cannot be read, or makes no sense
   */
  public static Optional<HeadFile> read(Path dataDir) throws IOException {
    Path file = in(dataDir);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = JSON.readTree(Files.readString(file));
    HeadFile head =
        new HeadFile(
            json.path("pid").asLong(),
            json.path("url").asText(),
            json.path("port").asInt(),
            json.path("grpc").asText(),
            json.path("cluster_id").asText());
    if (head.url.isEmpty() || head.grpc.isEmpty()) {
      throw new IOException(
          "%s names no address of a head; remove it and start the head again".formatted(file));
    }
    return Optional.of(head);
  }

  /** Replaces the file as a whole. */
  public void write(Path dataDir) throws IOException {
    String text =
        JSON.createObjectNode()
            .put("pid", pid)
            .put("url", url)
            .put("port", port)
            .put("grpc", grpc)
            .put("cluster_id", clusterId)
            .toString();
    AtomicFile.write(in(dataDir), text + "\n");
  }

  /** The port in {@link #grpc}. */
  public OptionalInt grpcPort() {
    try {
      return OptionalInt.of(Integer.parseInt(grpc.substring(grpc.lastIndexOf(':') + 1)));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** host:port for clients on this host: of a wildcard address the loopback, IPv6 in brackets. */
  static String reachable(String listen, int port) throws IOException {
    InetAddress address = InetAddress.getByName(listen);
    String host = address.isAnyLocalAddress() ? "127.0.0.1" : listen;
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
