package io.procgrid.worker.rpc;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.engine.LostWorkers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One kill of what a worker that is gone left on this host: all segments side by side, since one
 * that resists must not delay the proof of the others.
 */
final class LeftoverKill {
  private final LostWorkers lostWorkers;
  private final ReadySender<KillProgress> sender;
  private final Executor threads;
  private final ReentrantLock sending = new ReentrantLock();

  /**
   * @param threads a thread each for what blocks
   */
  LeftoverKill(LostWorkers lostWorkers, ReadySender<KillProgress> sender, Executor threads) {
    this.lostWorkers = lostWorkers;
    this.sender = sender;
    this.threads = threads;
  }

  /** Returns when every segment is proven dead, or said to be out of reach from here. */
  void run(KillLeftoverRequest request) {
    WorkerIdentity lost = new WorkerIdentity(request.getWorkerIdentity());
    KillFacts facts = WireCodec.decode(request.getFacts());
    List<CompletableFuture<?>> kills = new ArrayList<>();
    for (var segment : request.getSegmentsList()) {
      SegmentKey key = WireCodec.decode(segment);
      kills.add(CompletableFuture.runAsync(() -> kill(lost, key, facts), threads));
    }
    CompletableFuture.allOf(kills.toArray(CompletableFuture[]::new)).join();
    sender.complete();
  }

  private void kill(WorkerIdentity lost, SegmentKey segment, KillFacts facts) {
    try {
      lostWorkers.kill(lost, segment, facts, this::tell);
    } catch (InterruptedException e) {
      // The worker stops: the caller asks again.
      Thread.currentThread().interrupt();
    }
  }

  private void tell(KillStep step) {
    sending.lock();
    try {
      sender.send(Messages.encode(step));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sending.unlock();
    }
  }
}
