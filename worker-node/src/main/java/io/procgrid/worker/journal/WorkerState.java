package io.procgrid.worker.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.worker.process.Ground;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the journal keeps of the worker as a whole; {@link StateFile} says how.
 *
 * @param format version of the journal's format, of its records and specs too
 * @param identity random, made with the journal
 * @param clusterId empty before the first registration
 * @param epochCounter of the highest epoch seen; 0 before the first
 * @param epochNonce its nonce; empty before the first
 * @param dispatchNumber at least the highest accepted in that epoch of those that were forgotten
 * @param highestRunId at least the highest run id of those that were forgotten
 * @param host where the worker ran at its latest start
 * @param grounds where it may have put processes since that host's boot
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
    @JsonProperty(value = "host", required = true) HostStamp host,
    @JsonProperty(value = "grounds", required = true) Set<Ground> grounds) {
  /** The format that this version writes; it reads the earlier ones too. */
  static final int FORMAT = 2;

  WorkerState {
    grounds = ImmutableSet.copyOf(grounds);
  }

  static WorkerState fresh(WorkerIdentity identity, HostStamp host) {
    return new WorkerState(FORMAT, identity.value(), "", 0, "", 0, 0, host, ImmutableSet.of());
  }

  @Nullable ClusterId cluster() {
    return clusterId.isEmpty() ? null : new ClusterId(clusterId);
  }

  @Nullable Epoch epoch() {
    return epochCounter == 0 ? null : new Epoch(epochCounter, epochNonce);
  }

  WorkerState withCluster(ClusterId cluster) {
    return with(cluster.value(), epochCounter, epochNonce, dispatchNumber, highestRunId);
  }

  /** A new term; its dispatch numbers begin anew. */
  WorkerState withEpoch(Epoch epoch) {
    long number = epoch.equals(epoch()) ? dispatchNumber : 0;
    return with(clusterId, epoch.counter(), epoch.nonce(), number, highestRunId);
  }

  /** The worker starts on this host; what it put before its boot is no more. */
  WorkerState startedOn(HostStamp now) {
    return with(now, now.bootId().equals(host.bootId()) ? grounds : ImmutableSet.of());
  }

  /** From now on processes may be there. */
  WorkerState withGround(Ground ground) {
    return with(host, ImmutableSet.<Ground>builder().addAll(grounds).add(ground).build());
  }

  /** Has seen a dispatch number of a term; those of other terms say nothing. */
  WorkerState sawDispatch(long counter, String nonce, long number) {
    boolean counts = counter == epochCounter && nonce.equals(epochNonce);
    return with(
        clusterId,
        epochCounter,
        epochNonce,
        counts ? Math.max(dispatchNumber, number) : dispatchNumber,
        highestRunId);
  }

  WorkerState sawRun(long runId) {
    return with(clusterId, epochCounter, epochNonce, dispatchNumber, Math.max(highestRunId, runId));
  }

  private WorkerState with(String cluster, long counter, String nonce, long number, long runId) {
    return new WorkerState(format, identity, cluster, counter, nonce, number, runId, host, grounds);
  }

  private WorkerState with(HostStamp newHost, Set<Ground> newGrounds) {
    return new WorkerState(
        format,
        identity,
        clusterId,
        epochCounter,
        epochNonce,
        dispatchNumber,
        highestRunId,
        newHost,
        newGrounds);
  }
}
