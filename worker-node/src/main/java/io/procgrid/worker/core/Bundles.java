package io.procgrid.worker.core;

import io.procgrid.common.loop.Core;
import io.procgrid.common.run.SegmentSpec;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files of procs that are here, and since when nobody needs them.
 *
 * <p>INVARIANT: a bundle is not dropped while a segment that is not over may still be launched from
 * it. A head that believes it to be here learns better when a Start is rejected, and sends it
 * again. The one without files is always here, and nowhere on the disk.
 */
final class Bundles {
  static final long KEPT_MILLIS = 3_600_000;
  private static final long LOOK_MILLIS = 600_000;

  private final Outbox outbox;
  private final SegmentTable table;
  private final Map<String, Long> neededAtMillis = new HashMap<>();
  private long nextLookMillis = Core.NO_DEADLINE;

  Bundles(Set<String> hashes, SegmentTable table, Outbox outbox) {
    this.outbox = outbox;
    this.table = table;
    hashes.forEach(hash -> neededAtMillis.put(hash, 0L));
    neededAtMillis.put(SegmentSpec.NO_FILES, 0L);
  }

  /** Counts the time from here: how long they lay there before is not known. */
  void resume(long nowMillis) {
    neededAtMillis.replaceAll((hash, before) -> nowMillis);
    nextLookMillis = nowMillis + LOOK_MILLIS;
  }

  void stored(String hash, long nowMillis) {
    neededAtMillis.put(hash, nowMillis);
  }

  boolean contains(String hash) {
    return neededAtMillis.containsKey(hash);
  }

  /** The hashes, as they are at any time. */
  Set<String> hashes() {
    return Collections.unmodifiableSet(neededAtMillis.keySet());
  }

  void tick(long nowMillis) {
    if (nowMillis < nextLookMillis) {
      return;
    }
    nextLookMillis = nowMillis + LOOK_MILLIS;
    for (Segment segment : table.all()) {
      SegmentSpec spec = segment.spec;
      if (spec != null) {
        neededAtMillis.replace(spec.bundleHash(), nowMillis);
      }
    }
    for (String hash : unneededSince(nowMillis - KEPT_MILLIS)) {
      neededAtMillis.remove(hash);
      outbox.add(new WorkerEffect.DropBundle(hash));
    }
  }

  long nextDeadline() {
    return nextLookMillis;
  }

  private List<String> unneededSince(long millis) {
    return neededAtMillis.entrySet().stream()
        .filter(entry -> entry.getValue() <= millis)
        .map(Map.Entry::getKey)
        .filter(hash -> !hash.equals(SegmentSpec.NO_FILES))
        .sorted()
        .toList();
  }
}
