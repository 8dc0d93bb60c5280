package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts whose answer waits for the journal: a batch is answered when its last order is decided.
 */
final class StartBatches {
  private static final class Batch {
    final long request;
    final Answer.@Nullable StartAnswer[] answers;
    int undecided;

    Batch(long request, int size) {
      this.request = request;
      this.answers = new Answer.StartAnswer[size];
      this.undecided = size;
    }
  }

  /** One order of a batch that waits, and what it is answered when the entry is durable. */
  private record Waiting(Batch batch, int index, long number, Answer.Decision whenDurable) {}

  private final Outbox outbox;
  private final Map<SegmentKey, List<Waiting>> waiting = new HashMap<>();

  StartBatches(Outbox outbox) {
    this.outbox = outbox;
  }

  /** Collects the decisions on the orders of one request, in their order. */
  final class Collector {
    private final Batch batch;
    private int index;

    Collector(long request, int size) {
      batch = new Batch(request, size);
      if (size == 0) {
        outbox.reply(request, new Answer.StartsAnswered(ImmutableList.of()));
      }
    }

    void decide(Command.StartOrder order, Answer.Decision decision, String detail) {
      answer(
          batch,
          index++,
          new Answer.StartAnswer(order.segment(), order.dispatchNumber(), decision, detail));
    }

    void await(Command.StartOrder order, Answer.Decision whenDurable) {
      waiting
          .computeIfAbsent(order.segment(), key -> new ArrayList<>())
          .add(new Waiting(batch, index++, order.dispatchNumber(), whenDurable));
    }
  }

  void durable(SegmentKey segment) {
    for (Waiting order : taken(segment)) {
      answer(
          order.batch,
          order.index,
          new Answer.StartAnswer(segment, order.number, order.whenDurable, ""));
    }
  }

  void failed(SegmentKey segment, String reason) {
    for (Waiting order : taken(segment)) {
      answer(
          order.batch,
          order.index,
          new Answer.StartAnswer(segment, order.number, Answer.Decision.REJECTED, reason));
    }
  }

  private List<Waiting> taken(SegmentKey segment) {
    List<Waiting> orders = waiting.remove(segment);
    return orders == null ? List.of() : orders;
  }

  private void answer(Batch batch, int index, Answer.StartAnswer answer) {
    batch.answers[index] = answer;
    batch.undecided--;
    if (batch.undecided > 0) {
      return;
    }
    ImmutableList.Builder<Answer.StartAnswer> answers = ImmutableList.builder();
    for (Answer.@Nullable StartAnswer each : batch.answers) {
      answers.add(Objects.requireNonNull(each));
    }
    outbox.reply(batch.request, new Answer.StartsAnswered(answers.build()));
  }
}
