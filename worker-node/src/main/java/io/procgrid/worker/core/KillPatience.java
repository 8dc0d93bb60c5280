package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import java.util.Set;

/**
 * Knows which kills are not proven in time, and tells killers and head why. While there are any,
 * the worker counts as degraded.
 */
final class KillPatience {
  private static final long PATIENCE_MILLIS = 10_000;

  private final SegmentTable table;
  private final NoticeLog notices;
  private final KillStreams killers;
  private final Set<SegmentKey> blocked;
  private final Deadlines deadlines = new Deadlines();

  /**
   * Begins with no kill.
   *
   * @param blocked the segments whose kill is blocked now, kept by this object
   */
  KillPatience(
      SegmentTable table, NoticeLog notices, KillStreams killers, Set<SegmentKey> blocked) {
    this.table = table;
    this.notices = notices;
    this.killers = killers;
    this.blocked = blocked;
  }

  /** The kill of the segment begins, or has less time than it had: counted from its deadline. */
  void begin(Segment segment, long nowMillis) {
    long deadline = segment.kill == null ? nowMillis : segment.kill.deadlineMillis();
    deadlines.add(Math.max(nowMillis, deadline) + PATIENCE_MILLIS, segment.key);
  }

  /** There is a reason why the kill of the segment is not proven. */
  void block(Segment segment, String reason, long nowMillis) {
    if (reason.equals(segment.blocked)) {
      return;
    }
    segment.blocked = reason;
    boolean first = blocked.isEmpty();
    blocked.add(segment.key);
    killers.pending(new KillStep.Pending(segment.key, reason));
    notices.post(new Notice.KillPending(segment.key, reason));
    if (first) {
      notices.beat(nowMillis);
    }
  }

  /** Whatever was in the way is gone. */
  void unblock(Segment segment, long nowMillis) {
    segment.blocked = "";
    if (blocked.remove(segment.key) && blocked.isEmpty()) {
      notices.beat(nowMillis);
    }
  }

  void tick(long nowMillis) {
    for (SegmentKey key : deadlines.due(nowMillis)) {
      Segment segment = table.get(key);
      if (segment != null && !segment.isProven() && segment.blocked.isEmpty()) {
        block(segment, waitingFor(segment), nowMillis);
      }
    }
  }

  long nextDeadline() {
    return deadlines.next();
  }

  private static String waitingFor(Segment segment) {
    return switch (segment.phase) {
      case ACCEPTING -> "the journal has not answered its acceptance";
      case WAITING -> "it waits for a head to say that it may begin";
      case LAUNCHING -> "its launch has not come to an end";
      case ADOPTING -> "its process tree has not been taken over yet";
      case RECORDING, RUNNING -> "its process tree is not proven dead";
      case TOMBSTONED -> "an earlier incarnation of it is not proven dead";
      case CONCLUDING, OVER, FORGETTING -> "the journal has not answered its end";
      case DAMAGED -> segment.damage;
    };
  }
}
