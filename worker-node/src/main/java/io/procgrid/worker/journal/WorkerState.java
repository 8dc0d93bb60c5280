package io.procgrid.worker.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the journal keeps of the worker as a whole, in {@code worker.state}, a JSON object.
 *
 * @param format version of the journal's format
 * @param identity random, made with the journal
 * @param clusterId empty before the first registration
 * @param epochCounter of the highest epoch seen; 0 before the first
 * @param epochNonce its nonce; empty before the first
 * @param dispatchNumber at least the highest accepted in that epoch of those that were forgotten
 * @param highestRunId at least the highest run id of those that were forgotten
 * @param bootId boot of the host at the latest start of the worker; empty off Linux
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record WorkerState(
    @JsonProperty(value = "format", required = true) int format,
    @JsonProperty(value = "identity", required = true) String identity,
    @JsonProperty(value = "cluster_id", required = true) String clusterId,
    @JsonProperty(value = "epoch_counter", required = true) long epochCounter,
    @JsonProperty(value = "epoch_nonce", required = true) String epochNonce,
    @JsonProperty(value = "dispatch_number", required = true) long dispatchNumber,
    @JsonProperty(value = "highest_run_id", required = true) long highestRunId,
    @JsonProperty(value = "boot_id", required = true) String bootId) {
  /** The format that this version writes and reads. */
  static final int FORMAT = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  static WorkerState fresh(WorkerIdentity identity, String bootId) {
    return new WorkerState(FORMAT, identity.value(), "", 0, "", 0, 0, bootId);
  }

  /** Reads the file; a newer format, or one that cannot be read, is refused. */
  static WorkerState read(Path file) throws JournalException {
    try {
      String text = Files.readString(file);
      int format = JSON.readTree(text).path("format").asInt(0);
      if (format > FORMAT) {
        throw new JournalException(
            "%s is of format %d, this version reads up to %d: start the newer version that wrote it"
                .formatted(file, format, FORMAT));
      }
      return JSON.readValue(text, WorkerState.class);
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be read (%s): restore it; without it nobody knows whom this worker obeys"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Durable when it returns. */
  void write(Path file) throws IOException {
    AtomicFile.write(file, JSON.writeValueAsString(this) + "\n");
  }

  @Nullable ClusterId cluster() {
    return clusterId.isEmpty() ? null : new ClusterId(clusterId);
  }

  @Nullable Epoch epoch() {
    return epochCounter == 0 ? null : new Epoch(epochCounter, epochNonce);
  }

  WorkerState withCluster(ClusterId cluster) {
    return new WorkerState(
        format,
        identity,
        cluster.value(),
        epochCounter,
        epochNonce,
        dispatchNumber,
        highestRunId,
        bootId);
  }

  /** A new term; its dispatch numbers begin anew. */
  WorkerState withEpoch(Epoch epoch) {
    long number = epoch.equals(epoch()) ? dispatchNumber : 0;
    return new WorkerState(
        format, identity, clusterId, epoch.counter(), epoch.nonce(), number, highestRunId, bootId);
  }

  WorkerState withBoot(String boot) {
    return new WorkerState(
        format, identity, clusterId, epochCounter, epochNonce, dispatchNumber, highestRunId, boot);
  }

  /** Has seen a dispatch number of a term; those of other terms say nothing. */
  WorkerState sawDispatch(long counter, String nonce, long number) {
    boolean counts = counter == epochCounter && nonce.equals(epochNonce);
    return new WorkerState(
        format,
        identity,
        clusterId,
        epochCounter,
        epochNonce,
        counts ? Math.max(dispatchNumber, number) : dispatchNumber,
        highestRunId,
        bootId);
  }

  WorkerState sawRun(long runId) {
    return new WorkerState(
        format,
        identity,
        clusterId,
        epochCounter,
        epochNonce,
        dispatchNumber,
        Math.max(highestRunId, runId),
        bootId);
  }
}
