package io.procgrid.worker.engine;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.process.Leftovers;
import io.procgrid.worker.process.TreeDeath;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers that are gone left alive on this host, for a head to ask after and to have killed.
 *
 * <p>Nothing of it is journaled here: the head has the intent, and asks again until it has the
 * proof.
 */
public final class LostWorkers {
  private static final Logger log = LoggerFactory.getLogger(LostWorkers.class);
  private static final ExitStatus LOST =
      new ExitStatus.Lost("the worker that would know it is gone, nothing of it is alive");

  private final Leftovers leftovers;
  private final LongSupplier wallClock;

  /**
   * @param wallClock milliseconds since 1970
   */
  public LostWorkers(Leftovers leftovers, LongSupplier wallClock) {
    this.leftovers = leftovers;
    this.wallClock = wallClock;
  }

  /** Looks at the host: worker to the segments of which something is alive. Blocks. */
  public ImmutableMap<WorkerIdentity, ImmutableList<SegmentKey>> find() {
    ImmutableMap.Builder<WorkerIdentity, ImmutableList<SegmentKey>> found = ImmutableMap.builder();
    leftovers.find().forEach(leftover -> found.put(leftover.identity(), leftover.segments()));
    return found.buildOrThrow();
  }

  /**
   * Kills a segment, and tells why there is no proof yet, then the proof. Returns without one when
   * it can never be proven from here. Blocks.
   */
  public void kill(
      WorkerIdentity lost, SegmentKey segment, KillFacts facts, Consumer<KillStep> steps)
      throws InterruptedException {
    long begin = System.nanoTime();
    try {
      TreeDeath death =
          leftovers.kill(
              lost, segment, reason -> steps.accept(new KillStep.Pending(segment, reason)));
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      log.info("segment {} of worker {}, which is gone, is dead", segment, lost);
      steps.accept(new KillStep.Proven(segment, outcome(death, millis, facts)));
    } catch (UnsupportedOperationException e) {
      steps.accept(new KillStep.Pending(segment, String.valueOf(e.getMessage())));
    }
  }

  /** Whoever was alive when the kill began was ended by it; what became of the leader is lost. */
  private Outcome outcome(TreeDeath death, long millis, KillFacts facts) {
    boolean killed = death.liveMemberSeen();
    return new Outcome(
        killed ? Outcome.Kind.KILLED : Outcome.Kind.ENDED,
        LOST,
        "",
        0,
        wallClock.getAsLong(),
        millis,
        killed ? facts : null);
  }
}
