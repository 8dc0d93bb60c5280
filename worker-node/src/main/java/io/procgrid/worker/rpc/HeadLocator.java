package io.procgrid.worker.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.nio.file.Path;

/** Where the head's gRPC server is. Asked anew at each try: a head may come back elsewhere. */
public interface HeadLocator {
  /** The address, with a port. */
  HostAndPort locate() throws IOException;

  /** Always the same. */
  static HeadLocator fixed(HostAndPort address) {
    return () -> address;
  }

  /** The field {@code grpc}, host:port, of the JSON file that the head writes. */
  static HeadLocator file(Path file) {
    ObjectMapper json = new ObjectMapper();
    return () -> {
      JsonNode grpc = json.readTree(file.toFile()).path("grpc");
      if (!grpc.isTextual()) {
        throw new IOException("%s has no field \"grpc\" with host:port".formatted(file));
      }
      try {
        HostAndPort address = HostAndPort.fromString(grpc.asText());
        if (address.hasPort()) {
          return address;
        }
        throw new IOException("%s: \"grpc\" has no port: %s".formatted(file, grpc.asText()));
      } catch (IllegalArgumentException e) {
        throw new IOException("%s: \"grpc\" is no host:port: %s".formatted(file, grpc), e);
      }
    };
  }
}
