package io.procgrid.worker.core;

import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.Segment.Phase;
import java.util.Objects;

/** Makes the ends of segments durable, and tells of them once they are. */
final class SegmentEnds {
  private final SegmentTable table;
  private final Outbox outbox;
  private final NoticeLog notices;
  private final KillStreams killers;
  private final KillPatience patience;

  SegmentEnds(
      SegmentTable table,
      Outbox outbox,
      NoticeLog notices,
      KillStreams killers,
      KillPatience patience) {
    this.table = table;
    this.outbox = outbox;
    this.notices = notices;
    this.killers = killers;
    this.patience = patience;
  }

  /** Nothing of it is alive. */
  void conclude(Segment segment, Outcome outcome) {
    segment.phase = Phase.CONCLUDING;
    segment.outcome = outcome;
    outbox.journal(new JournalEntry.Ended(segment.key, outcome));
  }

  /** Concludes a segment without process, unless an earlier incarnation it covers still lives. */
  void neverStarted(Segment segment, long nowMillis) {
    if (segment.phase == Phase.TOMBSTONED && table.earlierLive(segment.key).isEmpty()) {
      conclude(
          segment,
          WhoEndedIt.neverStarted(segment, Objects.requireNonNull(segment.kill), nowMillis));
    }
  }

  /** Tells head and killers the proof as soon as all of it is durable. */
  void settle(Segment segment, long nowMillis) {
    if (!segment.isProven()) {
      return;
    }
    patience.unblock(segment, nowMillis);
    if (!segment.announced) {
      segment.announced = true;
      notices.post(new Notice.Terminated(segment.key, Objects.requireNonNull(segment.outcome)));
    }
    report(segment);
    for (Segment later : table.later(segment.key)) {
      neverStarted(later, nowMillis);
      report(later);
    }
  }

  /** Tells killers the proof, if there is one. */
  void report(Segment segment) {
    if (segment.isProven() && table.earlierLive(segment.key).isEmpty()) {
      killers.proven(new KillStep.Proven(segment.key, Objects.requireNonNull(segment.outcome)));
    }
  }
}
