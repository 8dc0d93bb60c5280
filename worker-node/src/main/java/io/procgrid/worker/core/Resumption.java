package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.core.Segment.Phase;
import io.procgrid.worker.process.ProcessRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes up what the journal held when the worker started: what ran is taken over, looked for, or
 * concluded; what was accepted and never ran waits for a head.
 *
 * <p>INVARIANT: nothing that was accepted before the restart begins before a head says so: a kill
 * may have been ordered while this worker was away.
 */
final class Resumption {
  private final SegmentTable table;
  private final Outbox outbox;
  private final KillPatience patience;
  private final SegmentEnds ends;
  private final Kills kills;
  private final SegmentLife life;
  private final String bootId;

  /**
   * @param bootId boot of the host; empty off Linux
   */
  Resumption(
      SegmentTable table,
      Outbox outbox,
      KillPatience patience,
      SegmentEnds ends,
      Kills kills,
      SegmentLife life,
      String bootId) {
    this.table = table;
    this.outbox = outbox;
    this.patience = patience;
    this.ends = ends;
    this.kills = kills;
    this.life = life;
    this.bootId = bootId;
  }

  void resume(Recovered.Entry entry, long nowMillis, long atMillis) {
    switch (entry) {
      case Recovered.Intact intact -> resume(intact, nowMillis, atMillis);
      case Recovered.Doubtful doubtful -> resume(doubtful, nowMillis, atMillis);
    }
  }

  /** A head wants the segment to run: it begins, if it waits for that. */
  void proceed(SegmentKey key) {
    Segment segment = table.get(key);
    if (segment != null && segment.phase == Phase.WAITING) {
      life.launch(segment);
    }
  }

  private void resume(Recovered.Intact entry, long nowMillis, long atMillis) {
    Segment segment = new Segment(entry.segment(), entry.epochCounter(), Phase.OVER);
    segment.accepted = entry.accepted();
    segment.spec = entry.spec();
    segment.process = entry.process();
    table.add(segment);
    takeUpKill(segment, entry.tombstone(), nowMillis, atMillis);
    if (entry.outcome() != null) {
      segment.outcome = entry.outcome();
      segment.announced = true;
      segment.spec = null;
      outbox.add(new WorkerEffect.CleanUp(segment.key));
      return;
    }
    if (entry.process() == null) {
      resumeWithoutProcess(segment, nowMillis);
      return;
    }
    if (isOfAnEarlierBoot(entry.process())) {
      ends.conclude(segment, WhoEndedIt.lostToReboot(segment, atMillis));
      return;
    }
    segment.phase = Phase.ADOPTING;
    outbox.add(new WorkerEffect.Adopt(segment.key, entry.process()));
  }

  /** The gate was never opened: no user code ran. */
  private void resumeWithoutProcess(Segment segment, long nowMillis) {
    if (segment.kill == null) {
      segment.phase = Phase.WAITING;
      return;
    }
    segment.phase = Phase.TOMBSTONED;
    ends.neverStarted(segment, nowMillis);
  }

  private void resume(Recovered.Doubtful entry, long nowMillis, long atMillis) {
    Segment segment = new Segment(entry.segment(), entry.epochCounter(), Phase.DAMAGED);
    segment.accepted = true;
    segment.process = entry.process();
    segment.heardOfStartMillis = entry.startedAtMillis();
    segment.damage = entry.reason();
    table.add(segment);
    takeUpKill(segment, entry.tombstone(), nowMillis, atMillis);
    switch (entry.remedy()) {
      case KILL -> {
        segment.damaged = true;
        segment.phase = Phase.ADOPTING;
        outbox.add(
            entry.process() == null
                ? new WorkerEffect.Find(segment.key, null)
                : new WorkerEffect.Adopt(segment.key, entry.process()));
      }
      case WATCH -> {
        segment.phase = Phase.ADOPTING;
        outbox.add(new WorkerEffect.Find(segment.key, entry.process()));
      }
      case REBOOT -> {
        segment.damaged = true;
        ends.conclude(segment, WhoEndedIt.lostToReboot(segment, atMillis));
      }
      case NONE -> {
        if (segment.kill != null) {
          patience.block(segment, segment.damage, nowMillis);
        }
      }
    }
  }

  private void takeUpKill(
      Segment segment, @Nullable Tombstone tombstone, long nowMillis, long atMillis) {
    if (tombstone != null) {
      kills.resume(segment, tombstone, nowMillis, atMillis);
    }
  }

  /** On this machine: what another one launched comes as doubtful. */
  private boolean isOfAnEarlierBoot(ProcessRecord process) {
    String bootThen = process.bootId();
    return !bootThen.isEmpty() && !bootId.isEmpty() && !bootThen.equals(bootId);
  }
}
