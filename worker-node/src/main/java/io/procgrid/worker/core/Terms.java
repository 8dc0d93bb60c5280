package io.procgrid.worker.core;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import org.jspecify.annotations.Nullable;

/**
 * Whom this worker obeys: its own names, its cluster, the open term and the numbers used up in it.
 */
final class Terms {
  private final WorkerIdentity identity;
  private final WorkerInstance instance;
  private @Nullable ClusterId clusterId;
  private @Nullable Epoch highest;
  private boolean durable;
  private long dispatchNumber;
  private long highestRunId;

  Terms(Recovered recovered, WorkerInstance instance) {
    this.identity = recovered.identity();
    this.instance = instance;
    this.clusterId = recovered.clusterId();
    this.highest = recovered.epoch();
    this.durable = highest != null;
    this.dispatchNumber = recovered.dispatchNumber();
    this.highestRunId = recovered.highestRunId();
  }

  WorkerIdentity identity() {
    return identity;
  }

  WorkerInstance instance() {
    return instance;
  }

  @Nullable ClusterId clusterId() {
    return clusterId;
  }

  void join(ClusterId joined) {
    clusterId = joined;
  }

  @Nullable Epoch highest() {
    return highest;
  }

  /** Counter of the highest epoch, 0 before the first. */
  long counter() {
    return highest == null ? 0 : highest.counter();
  }

  long highestRunId() {
    return highestRunId;
  }

  void sawRun(long runId) {
    highestRunId = Math.max(highestRunId, runId);
  }

  /** The highest dispatch number decided on in the highest epoch, 0 before the first. */
  long dispatchNumber() {
    return dispatchNumber;
  }

  void usedUp(long number) {
    dispatchNumber = Math.max(dispatchNumber, number);
  }

  /** Why a message is not for this worker process, or null. */
  @Nullable String misaddressed(Address to) {
    if (clusterId == null || !to.clusterId().equals(clusterId.value())) {
      return "this worker belongs to %s, the message is of cluster %s"
          .formatted(clusterId == null ? "no cluster yet" : "cluster " + clusterId, to.clusterId());
    }
    if (!to.identity().equals(identity.value())) {
      return "this worker's journal is %s, the message is for %s"
          .formatted(identity, to.identity());
    }
    if (!to.instance().equals(instance.value())) {
      return "this worker process is instance %s, the message is for %s; register again"
          .formatted(instance, to.instance());
    }
    return null;
  }

  /** Why a head of this epoch is not let in, or null. */
  @Nullable String outdated(Epoch epoch) {
    if (highest == null) {
      return null;
    }
    if (epoch.isOlderThan(highest)) {
      return "epoch %d is over: this worker has seen %d".formatted(epoch.counter(), counter());
    }
    if (epoch.contradicts(highest)) {
      return "epoch %d was opened here by another head (nonce %s, the message has %s): one of the stores was restored from a backup; open a newer epoch"
          .formatted(epoch.counter(), highest.nonce(), epoch.nonce());
    }
    return null;
  }

  /** Why a message of this epoch is not obeyed before a Connect, or null. */
  @Nullable String notOpen(Epoch epoch) {
    String outdated = outdated(epoch);
    if (outdated != null) {
      return outdated;
    }
    if (!epoch.equals(highest) || !durable) {
      return "epoch %d is not open here; send Connect first".formatted(epoch.counter());
    }
    return null;
  }

  /** From now on older epochs are refused, although this one is not durable yet. */
  void open(Epoch epoch) {
    if (epoch.equals(highest)) {
      return;
    }
    highest = epoch;
    durable = false;
    dispatchNumber = 0;
  }

  boolean isDurable() {
    return durable;
  }

  void opened(Epoch epoch) {
    durable |= epoch.equals(highest);
  }
}
