package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Forgets whose answer waits for the journal. */
final class ForgetBatches {
  private static final class Batch {
    final long request;
    final ImmutableList.Builder<SegmentKey> forgotten = ImmutableList.builder();
    final ImmutableList.Builder<SegmentKey> kept = ImmutableList.builder();
    int undecided;

    Batch(long request) {
      this.request = request;
    }
  }

  private final Outbox outbox;
  private final Map<SegmentKey, List<Batch>> waiting = new HashMap<>();

  ForgetBatches(Outbox outbox) {
    this.outbox = outbox;
  }

  /**
   * Opens a request.
   *
   * @param forgotten not known
   * @param kept refused
   * @param dropping those the journal is dropping: the answer waits for them
   */
  void open(
      long request, List<SegmentKey> forgotten, List<SegmentKey> kept, List<SegmentKey> dropping) {
    Batch batch = new Batch(request);
    batch.forgotten.addAll(forgotten);
    batch.kept.addAll(kept);
    batch.undecided = dropping.size();
    for (SegmentKey segment : dropping) {
      waiting.computeIfAbsent(segment, key -> new ArrayList<>()).add(batch);
    }
    answerIfDecided(batch);
  }

  void dropped(SegmentKey segment) {
    for (Batch batch : taken(segment)) {
      batch.forgotten.add(segment);
      batch.undecided--;
      answerIfDecided(batch);
    }
  }

  void failed(SegmentKey segment) {
    for (Batch batch : taken(segment)) {
      batch.kept.add(segment);
      batch.undecided--;
      answerIfDecided(batch);
    }
  }

  private List<Batch> taken(SegmentKey segment) {
    List<Batch> batches = waiting.remove(segment);
    return batches == null ? List.of() : batches;
  }

  private void answerIfDecided(Batch batch) {
    if (batch.undecided == 0) {
      outbox.reply(
          batch.request, new Answer.ForgetAnswered(batch.forgotten.build(), batch.kept.build()));
    }
  }
}
