package io.procgrid.worker.rpc;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.process.Leftovers;
import io.procgrid.worker.process.TreeDeath;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kill of what a worker that is gone left on this host: all segments side by side, since one
 * that resists must not delay the proof of the others.
 *
 * <p>Nothing of it is journaled here: the head has the intent, and asks again until it has the
 * proof.
 */
final class LeftoverKill {
  private static final Logger log = LoggerFactory.getLogger(LeftoverKill.class);
  private static final ExitStatus LOST =
      new ExitStatus.Lost(
          "exit status lost: the worker that would know it is gone, nothing of it is alive");

  private final Leftovers leftovers;
  private final ReadySender<KillProgress> sender;
  private final Executor threads;
  private final ReentrantLock sending = new ReentrantLock();

  /**
   * @param threads a thread each for what blocks
   */
  LeftoverKill(Leftovers leftovers, ReadySender<KillProgress> sender, Executor threads) {
    this.leftovers = leftovers;
    this.sender = sender;
    this.threads = threads;
  }

  /** Returns when every segment is proven dead, or said to be out of reach from here. */
  void run(KillLeftoverRequest request) {
    WorkerIdentity identity = new WorkerIdentity(request.getWorkerIdentity());
    KillFacts facts = WireCodec.decode(request.getFacts());
    List<CompletableFuture<?>> kills = new ArrayList<>();
    for (var segment : request.getSegmentsList()) {
      SegmentKey key = WireCodec.decode(segment);
      kills.add(CompletableFuture.runAsync(() -> kill(identity, key, facts), threads));
    }
    CompletableFuture.allOf(kills.toArray(CompletableFuture[]::new)).join();
    sender.complete();
  }

  private void kill(WorkerIdentity identity, SegmentKey segment, KillFacts facts) {
    long begin = System.nanoTime();
    try {
      TreeDeath death =
          leftovers.kill(identity, segment, reason -> tell(new KillStep.Pending(segment, reason)));
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      log.info("segment {} of worker {}, which is gone, is dead", segment, identity);
      tell(new KillStep.Proven(segment, outcome(death, millis, facts)));
    } catch (UnsupportedOperationException e) {
      tell(new KillStep.Pending(segment, String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      // The worker stops: the caller asks again.
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever was alive when the kill began was ended by it; what became of the leader is lost. */
  private static Outcome outcome(TreeDeath death, long millis, KillFacts facts) {
    boolean killed = death.liveMemberSeen();
    return new Outcome(
        killed ? Outcome.Kind.KILLED : Outcome.Kind.ENDED,
        LOST,
        "",
        0,
        System.currentTimeMillis(),
        millis,
        killed ? facts : null);
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
