package io.procgrid.head;

import io.procgrid.head.workers.RegistrationServer;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the gRPC port: the one that is set; else the one of before, where workers look for the
 * head, unless somebody else has it by now; else any.
 */
final class RegistrationPort {
  private static final Logger log = LoggerFactory.getLogger(RegistrationPort.class);

  /** Serves on a port, 0 = any free one. */
  interface Binding {
    RegistrationServer bind(int port) throws IOException;
  }

  private final HeadConfig config;
  private final Path dataDir;

  RegistrationPort(HeadConfig config, Path dataDir) {
    this.config = config;
    this.dataDir = dataDir;
  }

  RegistrationServer open(Binding binding) throws StartException {
    int former = config.grpcPort() == 0 ? formerPort() : 0;
    if (former != 0) {
      try {
        return binding.bind(former);
      } catch (IOException e) {
        log.info(
            "gRPC port {} of before cannot be bound ({}); using another", former, e.toString());
      }
    }
    try {
      return binding.bind(config.grpcPort());
    } catch (IOException e) {
      throw new StartException(
          "grpc-port=%d: cannot be bound on %s (%s); choose a free port, or 0 for any"
              .formatted(config.grpcPort(), config.grpcListen(), e));
    }
  }

  private int formerPort() {
    try {
      return HeadFile.read(dataDir).map(file -> file.grpcPort().orElse(0)).orElse(0);
    } catch (IOException e) {
      log.info("the gRPC port of before is not known: {}", e.toString());
      return 0;
    }
  }
}
