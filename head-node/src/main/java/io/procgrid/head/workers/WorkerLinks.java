package io.procgrid.head.workers;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.SegmentOutput;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The links to all workers: one for each that was ever dialled. */
public final class WorkerLinks implements OutputReader, AutoCloseable {
  private final LinkEnvironment environment;
  private final ConcurrentHashMap<WorkerIdentity, WorkerLink> links = new ConcurrentHashMap<>();

  public WorkerLinks(LinkEnvironment environment) {
    this.environment = environment;
  }

  /** Carries out an effect; never blocks. */
  public void send(HeadEffect.ToWorker effect) {
    links
        .computeIfAbsent(effect.identity(), identity -> new WorkerLink(identity, environment))
        .submit(effect);
  }

  @Override
  public CompletableFuture<SegmentOutput> read(
      WorkerIdentity worker, SegmentKey segment, int maxLines) {
    WorkerLink link = links.get(worker);
    return link == null
        ? CompletableFuture.failedFuture(new CallFailure("the worker is not connected"))
        : link.readOutput(segment, maxLines);
  }

  /** Hangs up everywhere, without waiting for any worker. */
  @Override
  public void close() {
    links.values().forEach(WorkerLink::close);
  }
}
