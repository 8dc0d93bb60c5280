package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.engine.Caller;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One Kill: each proof is told at once, and what it ended without. */
final class KillStream {
  private static final long DEADLINE_MILLIS = 60_000;

  private final World world;
  private final Network network;
  private final Session session;
  private final List<HeadEffect.KillOrder> orders;
  private final Set<SegmentKey> unproven = new LinkedHashSet<>();
  private boolean over;

  KillStream(World world, Network network, Session session, List<HeadEffect.KillOrder> orders) {
    this.world = world;
    this.network = network;
    this.session = session;
    this.orders = orders;
    orders.forEach(order -> unproven.add(order.segment()));
  }

  void open() {
    network.request(
        session.head(), session.dialled(), this::serve, () -> end("nothing listens there"));
    long longestGrace = orders.stream().mapToLong(order -> order.grace().millis()).max().orElse(0);
    session
        .head()
        .process()
        .later(longestGrace + DEADLINE_MILLIS, () -> end("did not answer in time"));
  }

  /** At the worker. */
  private void serve(SimulatedWorker worker) {
    OrderedStream stream = new OrderedStream(world, network, worker, session.head());
    long request =
        worker.command(
            Translation.kill(session.address(), orders),
            new Caller() {
              @Override
              public void progress(KillStep step) {
                stream.send(() -> progressed(step));
              }

              @Override
              public void answer(Answer answer) {
                stream.send(() -> answered(answer));
              }
            });
    session.served(new ServedStream(world, worker, request));
  }

  private void progressed(KillStep step) {
    if (over) {
      return;
    }
    switch (step) {
      case KillStep.Proven(SegmentKey key, Outcome outcome) -> {
        unproven.remove(key);
        session.emit(
            new HeadEvent.SegmentTerminated(session.identity(), session.instance(), key, outcome));
      }
      case KillStep.Pending(SegmentKey key, String reason) ->
          session.emit(
              new HeadEvent.KillBlocked(session.identity(), session.instance(), key, reason));
    }
  }

  private void answered(Answer answer) {
    if (over || session.isClosed()) {
      return;
    }
    if (answer instanceof Answer.Refused(String reason)) {
      over = true;
      session.lose("refused: " + reason);
    } else {
      end("ended the kill without a proof");
    }
  }

  private void end(String reason) {
    if (over) {
      return;
    }
    over = true;
    if (!unproven.isEmpty()) {
      session.emit(
          new HeadEvent.KillUnanswered(
              session.identity(), session.instance(), ImmutableList.copyOf(unproven), reason));
    }
  }
}
