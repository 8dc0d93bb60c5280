package io.procgrid.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.ClusterId;
import io.procgrid.worker.rpc.Announcement;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code DIR/<name>.json}: what tools on this host need to reach the worker. Fields: {@code pid},
 * {@code grpc} (host:port), {@code identity}, {@code instance}, {@code cluster_id} (empty before
 * the first registration), {@code containment}.
 */
final class WorkerFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Announcement announcement;
  private final String grpc;

  /**
   * @param grpc host:port that the worker listens on
   */
  WorkerFile(Path file, Announcement announcement, String grpc) {
    this.file = file;
    this.announcement = announcement;
    this.grpc = grpc;
  }

  void write(@Nullable ClusterId cluster) throws IOException {
    ObjectNode node =
        JSON.createObjectNode()
            .put("pid", ProcessHandle.current().pid())
            .put("grpc", grpc)
            .put("identity", announcement.identity().value())
            .put("instance", announcement.instance().value())
            .put("cluster_id", cluster == null ? "" : cluster.value())
            .put("containment", announcement.containment());
    AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n");
  }
}
