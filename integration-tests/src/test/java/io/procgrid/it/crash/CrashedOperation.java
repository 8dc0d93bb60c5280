package io.procgrid.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** What is under way while a daemon dies: brought to that point, and looked at afterwards. */
abstract class CrashedOperation {
  final TestCluster cluster;
  final ProcClient procs;

  /** What the processes of this operation, and no others, sleep for. */
  final String marker = TestCluster.newMarker();

  CrashedOperation(TestCluster cluster) {
    this.cluster = cluster;
    this.procs = cluster.procs();
  }

  /** Up to the moment at which the place is armed; everything runs. */
  abstract void prepare();

  /** Brings the daemon to the place. What a caller is told is kept for {@link #verify()}. */
  abstract void act();

  /** With everything running again: nothing promised is lost, nothing is there twice. */
  abstract void verify();

  final ProcDraft sleeper() {
    return ProcDraft.command("sleep", marker).distributed();
  }

  /** What the head answered, if it lived to answer. */
  final Optional<JsonNode> call(String endpoint, Map<String, ?> request) {
    try {
      RestReply reply = cluster.rest().postOrThrow(endpoint, request);
      return reply.status() == 200 ? Optional.of(reply.data()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
