package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Who waits for the proof of which kill. Many may wait for one. */
final class KillStreams {
  private final Outbox outbox;
  private final Map<Long, Set<SegmentKey>> unproven = new HashMap<>();
  private final Map<SegmentKey, Set<Long>> followers = new HashMap<>();

  KillStreams(Outbox outbox) {
    this.outbox = outbox;
  }

  /** The request is answered when the last of these segments is proven. */
  void open(long request, Collection<SegmentKey> segments) {
    if (segments.isEmpty()) {
      outbox.reply(request, new Answer.Done());
      return;
    }
    unproven.put(request, new HashSet<>(segments));
    for (SegmentKey segment : segments) {
      followers.computeIfAbsent(segment, key -> new LinkedHashSet<>()).add(request);
    }
  }

  void proven(KillStep.Proven step) {
    Set<Long> requests = followers.remove(step.segment());
    if (requests == null) {
      return;
    }
    for (long request : requests) {
      outbox.add(new WorkerEffect.Progress(request, step));
      Set<SegmentKey> open = unproven.get(request);
      if (open != null && open.remove(step.segment()) && open.isEmpty()) {
        unproven.remove(request);
        outbox.reply(request, new Answer.Done());
      }
    }
  }

  void pending(KillStep.Pending step) {
    for (long request : followers.getOrDefault(step.segment(), Set.of())) {
      outbox.add(new WorkerEffect.Progress(request, step));
    }
  }

  /** The caller is gone; the kills go on. */
  void withdraw(long request) {
    Set<SegmentKey> segments = unproven.remove(request);
    if (segments == null) {
      return;
    }
    for (SegmentKey segment : segments) {
      followers.computeIfPresent(
          segment,
          (key, requests) -> {
            requests.remove(request);
            return requests.isEmpty() ? null : requests;
          });
    }
  }
}
